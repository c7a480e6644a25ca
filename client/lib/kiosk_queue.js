// What a kiosk has taken without a network. Kept under a key that the browser never gives out, so that neither a badge's code nor a
// photo lies readable on the tablet's disk; each entry leaves when a service has given a final answer to it.
const NAME = "hazir-kiosk";
const QUEUE = "queue";
const KEYS = "keys";

let opening = null;

function database() {
  opening ??= new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(QUEUE, { keyPath: "id" });
      request.result.createObjectStore(KEYS);
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  return opening;
}

async function run(table, mode, work) {
  const db = await database();
  return new Promise((done, fail) => {
    const transaction = db.transaction(table, mode);
    const request = work(transaction.objectStore(table));
    transaction.oncomplete = () => done(request?.result);
    transaction.onerror = () => fail(transaction.error);
    transaction.onabort = () => fail(transaction.error);
  });
}

async function ownKey() {
  const known = await run(KEYS, "readonly", (table) => table.get("own"));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await run(KEYS, "readwrite", (table) => table.put(made, "own"));
  return made;
}

/** entry: {id, at, way, payload}. `payload` is sealed; the time and the way are not. */
export async function keep({ payload, ...entry }) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(payload));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await ownKey(), text);
  await run(QUEUE, "readwrite", (table) => table.put({ ...entry, iv, sealed, failed: null }));
}

export async function opened({ iv, sealed }) {
  const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await ownKey(), sealed);
  return JSON.parse(new TextDecoder().decode(text));
}

/** Final, but not recorded: what was sealed goes, the time and the reason stay until somebody has read them. */
export const fail = (entry, code) => run(QUEUE, "readwrite", (table) => table.put({ id: entry.id, at: entry.at, way: entry.way, failed: code }));
export const forget = (id) => run(QUEUE, "readwrite", (table) => table.delete(id));
export const entries = async () => (await run(QUEUE, "readonly", (table) => table.getAll())).sort((a, b) => a.at.localeCompare(b.at));
