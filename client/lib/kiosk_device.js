// The tablet itself: kept awake, full screen, its language given back, its account's password asked before it is left.
import { callJson } from "./api.js";
import { useEffect, useRef, useState } from "./html.js";
import { detectLanguage, language, setLanguage } from "./i18n.js";

const HOME_MS = 20000;

/** Keeps the screen on while the page is seen; the lock is lost with the tab's visibility and asked for again. */
export function useWakeLock() {
  useEffect(() => {
    if (!navigator.wakeLock) return undefined;
    let lock = null;
    const hold = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        lock = await navigator.wakeLock.request("screen");
      } catch {
        // A low battery refuses it; the kiosk works, only its screen may go dark.
      }
    };
    hold();
    document.addEventListener("visibilitychange", hold);
    return () => {
      document.removeEventListener("visibilitychange", hold);
      lock?.release().catch(() => {});
    };
  }, []);
}

export function useFullscreen() {
  const [full, setFull] = useState(() => Boolean(document.fullscreenElement));
  useEffect(() => {
    const changed = () => setFull(Boolean(document.fullscreenElement));
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  const enter = () => document.documentElement.requestFullscreen({ navigationUI: "hide" }).catch(() => {});
  return { offered: !full && Boolean(document.fullscreenEnabled), enter };
}

function homeLanguage() {
  try {
    return detectLanguage(localStorage.getItem("hazir.language"), navigator.languages ?? []);
  } catch {
    return detectLanguage(null, navigator.languages ?? []);
  }
}

/** A language that somebody chose is theirs: the next person finds the tablet's own again. */
export function useHomeLanguage(idle) {
  const current = language.get().code;
  const timer = useRef(null);
  useEffect(() => {
    clearTimeout(timer.current);
    if (!idle || current === homeLanguage()) return undefined;
    timer.current = setTimeout(() => setLanguage(homeLanguage(), { remember: false }), HOME_MS);
    return () => clearTimeout(timer.current);
  }, [idle, current]);
  return (code) => setLanguage(code, { remember: false });
}

/** Throws invalid_credentials for a wrong password. The cookie of the running session is not touched. */
export const provePassword = (username, password) =>
  callJson("auth", "/api/v1/auth/token", { method: "POST", auth: false, form: { grant_type: "password", username, password, client: "page" } });
