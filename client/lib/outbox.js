// Punches that are not recorded yet. Each is written to IndexedDB before it is sent, with the key of its
// intent and its photo, and leaves only when a service has given a final answer to that very key.
const NAME = "hazir";
const TABLE = "outbox";

let opening = null;

function database() {
  opening ??= new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "key" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  return opening;
}

async function run(mode, work) {
  const db = await database();
  return new Promise((done, fail) => {
    const transaction = db.transaction(TABLE, mode);
    const request = work(transaction.objectStore(TABLE));
    transaction.oncomplete = () => done(request?.result);
    transaction.onerror = () => fail(transaction.error);
    transaction.onabort = () => fail(transaction.error);
  });
}

/** intent: {key, employeeId, action, claimedAt, placeId, location, photo: Blob|null, frames: Blob[], challenge} */
export const keep = (intent) => run("readwrite", (table) => table.put(intent));
export const forget = (key) => run("readwrite", (table) => table.delete(key));

/** The intents of one person, oldest first: nobody's punch is ever sent with another's session. */
export async function kept(employeeId) {
  const all = await run("readonly", (table) => table.getAll());
  return all.filter((intent) => intent.employeeId === employeeId).sort((a, b) => a.claimedAt.localeCompare(b.claimedAt));
}
