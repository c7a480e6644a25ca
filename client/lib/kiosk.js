// The kiosk as a machine: idle, looking, known, sending, done, and the ways it can fail. No DOM: it is given the camera's frames.
import { newKey } from "./api.js";
import { toBase64 } from "./camera.js";
import { confirm, look } from "./kiosk_api.js";
import { deliver } from "./kiosk_delivery.js";
import { entries, fail, forget, keep } from "./kiosk_queue.js";
import { see } from "./kiosk_seeing.js";
import { phaseOf } from "./punch.js";
import { createStore } from "./store.js";

const TRIES = 3;
const SHOWN_MS = { done: 4000, kept: 6000, problem: 9000, pin: 25000, badge: 20000, unsure: 9000 };
const CONFIRM_TRIES = 2;
const AGAIN_MS = 1200;
const FLUSH_MS = 20000;

// A face that is not there yet, or not well seen, is looked for again; everything else is final.
const AGAIN = new Set(["unknown_face", "no_face", "several_faces", "too_small", "too_near", "cut_off", "turned_away", "tilted", "too_dark", "too_bright", "unclear_face", "blurred"]);

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Kiosk {
  /**
   * `takeFrames(count, stopped)` answers Blobs, or null when `stopped()` said so; `takeMovement` those of a movement; `place()` where it
   * stands, or null.
   */
  constructor({ takeFrames, takeMovement, place }) {
    this.takeFrames = takeFrames;
    this.takeMovement = takeMovement;
    this.place = place;
    this.view = createStore({ phase: "idle" });
    this.queue = createStore([]);
    this.online = createStore(true);
    this.round = 0;
  }

  start() {
    this.onOnline = () => this.flush();
    addEventListener("online", this.onOnline);
    this.flusher = setInterval(() => this.flush(), FLUSH_MS);
    return this.renewQueue().then(() => this.flush());
  }

  stop() {
    removeEventListener("online", this.onOnline);
    clearInterval(this.flusher);
    clearTimeout(this.timer);
    this.round += 1;
  }

  /** Shows a phase; phases that nobody ends go back to idle by themselves. */
  to(phase, more = {}) {
    this.round += 1;
    clearTimeout(this.timer);
    this.view.set({ phase, ...more });
    if (SHOWN_MS[phase]) this.timer = setTimeout(() => this.to("idle"), SHOWN_MS[phase]);
    return this.round;
  }

  /** Somebody is at work on this phase: its time begins again. */
  touch() {
    const { phase } = this.view.get();
    if (!SHOWN_MS[phase]) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.to("idle"), SHOWN_MS[phase]);
  }

  cancel() {
    this.to("idle");
  }

  /** `alternative`: where a movement is asked for, one without turning the head. */
  async byFace(alternative = false) {
    const { takeFrames, takeMovement } = this;
    let hint = null;
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const round = this.to("looking", { way: "face", hint, alternative });
      const stopped = () => round !== this.round;
      const show = (more) => !stopped() && this.view.set((view) => ({ ...view, ...more }));
      try {
        const seen = await see({ place: this.place(), alternative, takeFrames, takeMovement, stopped, show });
        if (!seen || stopped()) return;
        const found = await look(seen, this.place());
        if (!stopped()) this.known(found, "face");
        return;
      } catch (error) {
        if (stopped()) return;
        if (error.network) {
          this.offline("face");
          return;
        }
        if (!AGAIN.has(error.code) || tries === TRIES) {
          this.to("problem", { way: "face", error, alternative });
          return;
        }
        hint = error.code;
      }
    }
  }

  byBadge(badge) {
    return this.byCode("badge", { badge });
  }

  byPin(person, pin) {
    return this.byCode("pin", { person, pin });
  }

  async byCode(way, who) {
    // A badge held to the reader while somebody's record is being sent must not take its place.
    if (this.view.get().phase === "sending") return;
    const round = this.to("looking", { way });
    try {
      const found = await look(who, this.place());
      if (round === this.round) this.known(found, way);
    } catch (error) {
      if (round !== this.round) return;
      if (error.network) this.offline(way, who);
      else this.to("problem", { way, error });
    }
  }

  known(found, way) {
    this.online.set(true);
    this.to("known", { ...found, way });
  }

  /** Without a network only a badge says who somebody is. A PIN is never kept, so that nobody finds one on the tablet. */
  offline(way, who) {
    this.online.set(false);
    if (way === "badge") this.to("keeping", { way, who, at: new Date().toISOString() });
    else this.to("problem", { way, error: { code: `kiosk_${way}_offline` } });
  }

  async confirm() {
    const view = this.view.get();
    if (view.phase === "keeping") await this.keepBadge(view);
    else if (view.phase === "known") await this.record(view);
  }

  async keepBadge({ way, who, at }) {
    const round = this.to("sending", { who: null });
    const place = this.place();
    const image = place?.policy.evidence.includes("photo") ? await this.picture() : null;
    await this.keep({ way, at, payload: { ...who, ...(place && { place_id: place.id }), ...(image && { image }) } });
    if (round === this.round) this.to("kept", { way, at });
  }

  async record({ ticket, employee, action, way, photo }) {
    const key = newKey();
    const round = this.to("sending", { employee, action, way });
    // The picture is part of the body, which has to stay the same for the key: taken once, sent as often as it takes.
    const image = photo ? await this.picture() : null;
    const json = { ticket, ...(image && { image }) };
    const outcome = await this.send(json, key);
    if (round !== this.round) return;
    if (outcome.record) this.to("done", { employee, way, record: outcome.record, outcome: phaseOf(outcome.record.status) });
    else if (outcome.error.retryable) await this.unsure({ employee, action, json, key });
    else this.to("problem", { way, error: outcome.error, employee });
  }

  /** One frame in base64; null without a camera: then the service says that it is missing. */
  async picture() {
    try {
      const [frame] = (await this.takeFrames(1, () => false)) ?? [];
      return frame ? await toBase64(frame) : null;
    } catch {
      return null;
    }
  }

  async send(json, key) {
    let error = null;
    for (let tries = 0; tries < CONFIRM_TRIES; tries += 1) {
      if (tries) await pause(AGAIN_MS);
      try {
        return { record: await confirm(json, key) };
      } catch (problem) {
        error = problem;
        if (!error.retryable) break;
      }
    }
    return { error };
  }

  /** The answer did not come: it may be recorded or not. The same ticket under the same key is asked for until it is known. */
  async unsure({ employee, action, json, key }) {
    this.online.set(false);
    await this.keep({ way: "confirm", at: new Date().toISOString(), payload: { ...json, key } });
    this.to("unsure", { employee, action });
  }

  async keep({ way, at, payload }) {
    await keep({ id: newKey(), way, at, payload });
    await this.renewQueue();
  }

  async renewQueue() {
    this.queue.set(await entries());
  }

  /** Hands over what was kept; what a service has answered leaves, or stays as one that could not be recorded. */
  async flush() {
    const waiting = this.queue.get().filter((entry) => !entry.failed);
    if (this.flushing || waiting.length === 0) return;
    this.flushing = true;
    try {
      await deliver(waiting, (entry, code) => (code === null ? forget(entry.id) : fail(entry, code)));
      this.online.set(true);
    } catch (error) {
      this.online.set(!error.network);
    } finally {
      this.flushing = false;
      await this.renewQueue();
    }
  }

  async dismissFailed() {
    for (const entry of this.queue.get().filter((one) => one.failed)) await forget(entry.id);
    await this.renewQueue();
  }
}
