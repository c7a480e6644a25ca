// Handing over what a kiosk kept without a network, each entry under its own key, however often it is sent.
import { confirm, sendKept } from "./kiosk_api.js";
import { opened } from "./kiosk_queue.js";

const AT_ONCE = 20; // with their pictures they still fit one request

const final = (status) => status < 500 && status !== 429;

/** Confirmations whose answer was lost; throws what a service answered. */
async function confirmed(entry) {
  const { key, ...json } = await opened(entry);
  await confirm(json, key);
}

async function badges(entries, settle) {
  const punches = await Promise.all(entries.map(async (entry) => ({ id: entry.id, claimed_at: entry.at, ...(await opened(entry)) })));
  const { results } = await sendKept(punches);
  for (const { id, status, error } of results) {
    const entry = entries.find((one) => one.id === id);
    if (entry && final(status)) await settle(entry, status === 201 ? null : (error?.code ?? "unexpected"));
  }
}

/** Calls `settle(entry, code)` for each that has come to an end, code null when it is recorded; throws when the rest must wait. */
export async function deliver(entries, settle) {
  for (const entry of entries.filter((one) => one.way === "confirm")) {
    try {
      await confirmed(entry);
      await settle(entry, null);
    } catch (error) {
      if (error.retryable || error.code === "session_expired") throw error;
      await settle(entry, error.code ?? "unexpected");
    }
  }
  const rest = entries.filter((one) => one.way === "badge");
  for (let i = 0; i < rest.length; i += AT_ONCE) await badges(rest.slice(i, i + AT_ONCE), settle);
}
