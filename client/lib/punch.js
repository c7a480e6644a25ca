// From an intent ("check me in, here, with this photo") to an outcome a person can rely on.
// Nothing is called recorded before a service has answered 201 with an accepted record.
import { call, newKey } from "./api.js";
import { toBase64 } from "./base64.js";
import { forget, keep, kept } from "./outbox.js";
import { createStore } from "./store.js";

const RETRY_MS = [2000, 5000, 10000, 20000, 30000];

/**
 * current: null or {phase, intent, record?, error?}, phase one of
 * sending | recorded | pending | review | refused | queued. waiting: intents not recorded yet.
 */
export const punches = createStore({ current: null, waiting: [], busy: false });

const listeners = new Set();
let person = null;
let timer = null;
let attempt = 0;

export function onRecorded(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const PHASES = { accepted: "recorded", pending: "pending", review: "review", refused: "refused" };
export const phaseOf = (status) => PHASES[status] ?? "review";

const update = (change) => punches.set((value) => ({ ...value, ...change }));

/** The same bytes every time: the service compares the body of a repeated key with the first one. */
export async function bodyOf(intent) {
  const body = { action: intent.action, timestamp: intent.claimedAt };
  if (intent.placeId) body.place_id = intent.placeId;
  if (intent.location) body.place = intent.location;
  if (intent.photo) body.image = await toBase64(intent.photo);
  if (intent.frames?.length) body.frames = await Promise.all(intent.frames.map(toBase64));
  if (intent.challenge) body.challenge = intent.challenge;
  return JSON.stringify(body);
}

async function transmit(intent) {
  const response = await call("attendance", "/attendance", {
    method: "POST",
    json: await bodyOf(intent),
    key: intent.key,
    timeout: 20000,
  });
  return { status: response.status, record: await response.json() };
}

async function remember(intent) {
  try {
    await keep(intent);
  } catch {
    // Private windows may have no storage: the punch is still sent, only a reload could lose it.
  }
}

async function settle(intent, outcome) {
  try {
    await forget(intent.key);
  } catch {
    // See remember().
  }
  const { current, waiting } = punches.get();
  const shown = current?.intent.key === intent.key || current === null || current.phase === "queued";
  update({
    waiting: waiting.filter((item) => item.key !== intent.key),
    current: shown ? { intent, ...outcome } : current,
  });
  for (const listener of [...listeners]) listener(outcome);
}

/** Sends one intent. True when it is settled, false when it must be tried again. */
async function attemptOne(intent) {
  try {
    const { status, record } = await transmit(intent);
    // A 2xx that is not the documented 201 proves nothing about a record: keep asking with the same key.
    if (status !== 201) {
      showQueued(intent, null);
      return false;
    }
    await settle(intent, { phase: phaseOf(record.status), record });
    return true;
  } catch (error) {
    if (error.code === "session_expired" || error.retryable) {
      showQueued(intent, error);
      return false;
    }
    await settle(intent, { phase: "refused", error, record: error.record });
    return true;
  }
}

function showQueued(intent, error) {
  const { waiting, current } = punches.get();
  const listed = waiting.some((item) => item.key === intent.key) ? waiting : [...waiting, intent];
  const mine = current === null || current.intent.key === intent.key;
  update({ waiting: listed, current: mine ? { phase: "queued", intent, error } : current });
}

/** `frames` and `challenge` are those of a live camera check: more pictures of the same few seconds. */
export async function punch({ employeeId, action, placeId, location, photo, frames, challenge }) {
  const intent = {
    key: newKey(),
    employeeId,
    action,
    claimedAt: new Date().toISOString(),
    placeId: placeId ?? null,
    location: location ?? null,
    photo: photo ?? null,
    frames: frames ?? [],
    challenge: challenge ?? null,
  };
  await remember(intent);
  update({ current: { phase: "sending", intent }, busy: true });
  const settled = await attemptOne(intent);
  update({ busy: false });
  if (!settled) schedule();
  return settled;
}

/** Tries everything that waits, oldest first, and stops at the first that still cannot be sent. */
export async function flush() {
  if (person === null || punches.get().busy) return;
  update({ busy: true });
  let done = true;
  for (const intent of punches.get().waiting) {
    if (!(await attemptOne(intent))) {
      done = false;
      break;
    }
  }
  update({ busy: false });
  if (done) attempt = 0;
  else schedule();
}

function schedule() {
  clearTimeout(timer);
  timer = setTimeout(flush, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
  attempt += 1;
}

export function retryNow() {
  attempt = 0;
  clearTimeout(timer);
  return flush();
}

addEventListener("online", retryNow);

/** Takes up the punches a reload or an ended session left behind, for this person only. */
export async function startPunches(employeeId) {
  person = employeeId;
  let waiting = [];
  try {
    waiting = await kept(employeeId);
  } catch {
    // No storage, nothing was kept.
  }
  if (waiting.length === 0) return;
  const last = waiting[waiting.length - 1];
  update({ waiting, current: { phase: "queued", intent: last, error: null } });
  await flush();
}

export function stopPunches() {
  person = null;
  clearTimeout(timer);
  punches.set({ current: null, waiting: [], busy: false });
}

/** A later decision on the record shown changes its look: pending becomes recorded, or refused. */
export function applyDecision(event) {
  const { current } = punches.get();
  if (!current?.record || current.record.id !== event.id || event.kind === "made") return;
  const phase = event.kind === "voided" ? "refused" : phaseOf(event.status);
  update({ current: { ...current, phase, decided: true, record: { ...current.record, status: event.status } } });
}

export const dismiss = () => update({ current: null });
