// The live feed. One socket for the page: it authenticates with its first message, resumes from its cursor,
// and tells its listeners either every event once and in order, or that they must fetch again ("resync").
import { createStore } from "./store.js";

const BASE_MS = 500;
const CAP_MS = 10000;
const SEEN_LIMIT = 2000;
const TERMINAL = new Set([4502, 4503, 4504]);
const NEEDS_TOKEN = new Set([4001, 4501]);

/** Full jitter: anything from nothing to a ceiling that doubles, so that clients do not return in step. */
export const backoff = (attempt, random = Math.random) =>
  BASE_MS + random() * (Math.min(CAP_MS, BASE_MS * 2 ** attempt) - BASE_MS);

export class Feed {
  /** `getToken()`, `refresh()` -> Promise<bool>, `onSignedOut()`; `WebSocketClass` is given by unit tests. */
  constructor({ url, scope, getToken, refresh, onSignedOut, WebSocketClass = WebSocket }) {
    Object.assign(this, { url, scope, getToken, refresh, onSignedOut, WebSocketClass });
    this.status = createStore({ state: "connecting", heardAt: null });
    this.listeners = new Set();
    this.seen = new Set();
    this.cursor = null;
    this.attempt = 0;
    this.refreshedForToken = false;
    this.stopped = true;
  }

  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Gives the cursor of a snapshot to a feed that has none yet, so that nothing between the two is missed. */
  seed(cursor) {
    if (cursor && !this.cursor && !this.greeted) this.cursor = cursor;
  }

  start() {
    this.stopped = false;
    this.onWake = () => this.wake();
    addEventListener("online", this.onWake);
    document.addEventListener("visibilitychange", this.onWake);
    this.connect();
  }

  stop() {
    this.stopped = true;
    removeEventListener("online", this.onWake);
    document.removeEventListener("visibilitychange", this.onWake);
    clearTimeout(this.retryTimer);
    clearTimeout(this.watchdog);
    this.drop();
    this.listeners.clear();
  }

  /** A network or a screen that came back is a better moment than the end of a back-off. */
  wake() {
    if (this.stopped || this.socket || document.visibilityState === "hidden") return;
    if (this.status.get().state === "off") return;
    this.attempt = 0;
    this.connect();
  }

  retryNow() {
    clearTimeout(this.retryTimer);
    this.refreshedForToken = false;
    this.attempt = 0;
    this.drop();
    this.connect();
  }

  /** A renewed token keeps an open socket open beyond the old one's end. */
  extend(token) {
    if (token && this.greeted && this.socket?.readyState === 1) this.socket.send(JSON.stringify({ auth: token }));
  }

  connect() {
    if (this.stopped || this.socket) return;
    clearTimeout(this.retryTimer);
    const token = this.getToken();
    if (!token) {
      this.renewThenConnect();
      return;
    }
    this.greeted = false;
    this.resumed = Boolean(this.cursor);
    const socket = new this.WebSocketClass(this.url);
    this.socket = socket;
    socket.onopen = () => {
      const hello = { auth: token, scope: this.scope };
      if (this.cursor) hello.after = this.cursor;
      this.resumed = Boolean(this.cursor);
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (message) => this.socket === socket && this.receive(JSON.parse(message.data));
    socket.onclose = (event) => this.socket === socket && this.closed(event.code);
    this.watch(10000);
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    this.greeted = false;
    if (socket) socket.close();
  }

  receive(frame) {
    this.heard();
    if (frame.cursor) this.cursor = frame.cursor;
    if (frame.type === "hello") this.hello(frame);
    else if (frame.type === "state") this.setState(frame.state);
    else if (frame.type === "record") this.deliver(frame);
    else if (frame.type === "heartbeat" && this.silent) this.setState(this.told);
  }

  hello(frame) {
    this.greeted = true;
    this.attempt = 0;
    this.refreshedForToken = false;
    this.heartbeatMs = (frame.heartbeat_seconds || 5) * 1000;
    this.setState(frame.state || "live");
    this.watch();
    if (!this.resumed) this.tell({ type: "resync" });
  }

  deliver(frame) {
    if (this.seen.has(frame.event_id)) return;
    this.seen.add(frame.event_id);
    if (this.seen.size > SEEN_LIMIT) this.seen.delete(this.seen.values().next().value);
    this.tell({ type: "record", event: frame });
  }

  tell(message) {
    for (const listener of [...this.listeners]) listener(message);
  }

  setState(state) {
    this.told = state;
    this.silent = false;
    this.status.set({ state, heardAt: Date.now() });
  }

  heard() {
    if (this.greeted) this.watch();
  }

  /** Silence for 1.6 heartbeats is shown; for 3 it ends the socket, which may be dead without knowing it. */
  watch(limit = this.heartbeatMs * 1.6) {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      this.silent = true;
      this.status.set({ ...this.status.get(), state: this.greeted ? "stale" : "reconnecting" });
      this.watchdog = setTimeout(() => {
        this.drop();
        this.retry();
      }, (this.heartbeatMs || 5000) * 1.4);
    }, limit);
  }

  closed(code) {
    clearTimeout(this.watchdog);
    this.socket = null;
    this.greeted = false;
    if (this.stopped) return;
    if (TERMINAL.has(code)) {
      this.status.set({ ...this.status.get(), state: "off", code });
    } else if (NEEDS_TOKEN.has(code)) {
      this.renewThenConnect();
    } else {
      if (code === 4010) this.cursor = null; // the cursor is of no more use: the next hello says "resync"
      if (code === 4008) this.attempt = 0;
      this.retry();
    }
  }

  async renewThenConnect() {
    this.status.set({ ...this.status.get(), state: "reconnecting" });
    if (this.refreshedForToken) {
      this.onSignedOut();
      return;
    }
    this.refreshedForToken = true;
    try {
      if (await this.refresh()) this.connect();
      else this.onSignedOut();
    } catch {
      this.refreshedForToken = false; // not refused, only out of reach
      this.retry();
    }
  }

  retry() {
    if (this.stopped) return;
    this.status.set({ ...this.status.get(), state: "reconnecting" });
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => this.connect(), backoff(this.attempt));
    this.attempt += 1;
  }
}
