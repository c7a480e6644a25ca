// The tablet at the entrance: look, confirm, done. A PIN or a badge does as well as a face, and nothing else of the system is here.
import "../components/icons_more.js";
import { Preview, useCamera } from "../components/camera.js";
import { FaceGuide, OVAL } from "../components/guided_camera.js";
import { Icon, Lattice, Mark } from "../components/icon.js";
import { Movement } from "../components/movement.js";
import { captureFrames, captureMovement } from "../lib/challenge.js";
import { needsLiveness } from "../lib/evidence.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { LANGUAGES, language, t } from "../lib/i18n.js";
import { Kiosk as Machine } from "../lib/kiosk.js";
import { placeOf, places } from "../lib/kiosk_api.js";
import { bind } from "../lib/kiosk_bound.js";
import { useFullscreen, useHomeLanguage, useWakeLock } from "../lib/kiosk_device.js";
import { settings } from "../lib/kiosk_settings.js";
import { useLoad } from "../lib/load.js";
import { watchMotion } from "../lib/motion.js";
import { zoneOf } from "../lib/session.js";
import { useStore } from "../lib/store.js";
import { listenForBadges } from "../lib/wedge.js";
import { Idle } from "./kiosk_idle.js";
import { Menu } from "./kiosk_menu.js";
import { Badge, PinPad } from "./kiosk_pin.js";
import { Done, Keeping, Kept, Known, Looking, Sending, Trouble, Unsure } from "./kiosk_steps.js";

const PLACES_MS = 30000;
// The middle of the picture only: the panel may be tall or wide, the oval fills it either way.
const BOX = "18 4 64 64";
const WIDE_BOX = "8 -4 84 80"; // room for the arrows beside it
const SEEN = ["known", "sending", "done"];
const EVERY_MS = 200; // people wait: the frames only have to be different ones
const EDGE = 720; // a face at arm's length is still larger than any engine looks at
const CALM_MS = 5000; // after somebody was served, their leaving must not begin it again

const PANELS = {
  idle: Idle, looking: Looking, pin: PinPad, badge: Badge, known: Known, keeping: Keeping, sending: Sending, done: Done, kept: Kept, unsure: Unsure, problem: Trouble,
};

function useMachine(video, place) {
  const [machine] = useState(() => new Machine({
    takeFrames: (count, stopped) => captureFrames(video.current, count, { stopped, every: EVERY_MS, edge: EDGE }),
    takeMovement: (count, stopped) => captureMovement(video.current, count, { stopped, edge: EDGE }),
    place: () => place.current,
  }));
  useEffect(() => {
    machine.start();
    const forget = listenForBadges((code) => machine.byBadge(code));
    return () => {
      forget();
      machine.stop();
    };
  }, []);
  return machine;
}

/** Coming near begins it, when the tablet's settings say so; not where a movement is asked for, which whoever walks past would not make. */
function useMotion(video, ready, machine, phase, live) {
  const { wake } = useStore(settings);
  useEffect(() => {
    if (!ready || !wake || live || phase !== "idle") return undefined;
    let stop = () => {};
    const calm = setTimeout(() => {
      stop = watchMotion(video.current, () => machine.byFace());
    }, CALM_MS);
    return () => {
      clearTimeout(calm);
      stop();
    };
  }, [ready, wake, phase, live]);
}

/** What a person sees of themself; words and oval say what the machine is doing. */
function Mirror({ video, camera, error, view }) {
  if (error) {
    return html`<div class="kiosk-mirror kiosk-blind"><${Icon} name="camera" /><p>${t("kiosk.no_camera")}</p>
      <button type="button" class="button button-quiet" onClick=${camera.again}>${t("retry")}</button></div>`;
  }
  const { phase, way, hint, step, kind } = view;
  const words = { straight: "live.straight", move: `live.${kind}`, sent: "live.sent" }[step];
  const watching = phase === "looking" && way === "face";
  const seen = phase !== "looking" && way === "face" && SEEN.includes(phase);
  return html`<div class="kiosk-mirror" data-phase=${phase}><${Preview} videoRef=${video} ready=${camera.ready}>
    ${watching && html`<${FaceGuide} box=${BOX} hint=${step ? (step === "sent" ? "good" : "starting") : (hint ?? "starting")}>${words ? t(words) : hint ? undefined : t("kiosk.looking")}<//>
      ${step === "move" && html`<${Movement} kind=${kind} box=${WIDE_BOX} />`}`}
    ${seen && html`<${FaceGuide} box=${BOX} hint="good">${t("kiosk.seen")}<//>`}
    ${!watching && !seen && html`<svg class="camera-guide kiosk-oval" viewBox=${BOX} aria-hidden="true">${OVAL}</svg>`}<//></div>`;
}

function Languages({ choose }) {
  const current = language.get().code;
  return html`<ul class="kiosk-languages" aria-label=${t("language")}>${LANGUAGES.map((one) => html`<li key=${one.code}><button type="button" lang=${one.code} dir=${one.dir}
    aria-pressed=${one.code === current ? "true" : "false"} onClick=${() => choose(one.code)}>${one.name}</button></li>`)}</ul>`;
}

/** Nothing when all is well; otherwise what is the matter, in words. */
function Connection({ online, queue, onOpen }) {
  const waiting = queue.filter((entry) => !entry.failed).length;
  const failed = queue.length - waiting;
  const text = failed ? t("kiosk.failed", { count: failed }) : waiting ? t("kiosk.waiting", { count: waiting }) : t(online ? "kiosk.online" : "kiosk.offline");
  const state = failed ? "failed" : waiting || !online ? "offline" : "online";
  return html`<button type="button" class="kiosk-line" data-state=${state} data-test="kiosk-line" onClick=${onOpen}><${Icon} name=${{ failed: "warning", offline: "offline", online: "check" }[state]} />
    <span role="status">${text}</span></button>`;
}

export function Kiosk({ me }) {
  const video = useRef(null);
  const [error, setError] = useState(null);
  const [menu, setMenu] = useState(false);
  const camera = useCamera(video, setError);
  const here = useRef(null);
  const machine = useMachine(video, here);
  const view = useStore(machine.view);
  const queue = useStore(machine.queue);
  const online = useStore(machine.online);
  const full = useFullscreen();
  const panel = useRef(null);
  const choose = useHomeLanguage(view.phase === "idle");
  useWakeLock();
  const known = useLoad(() => places().then((items) => {
    machine.online.set(true);
    return items;
  }, (problem) => {
    if (problem.network) machine.online.set(false);
    throw problem;
  }), [me.employee_id]);
  useEffect(() => {
    bind(me);
    document.title = `${t("kiosk.title")} · Hazir`;
    const timer = setInterval(known.reload, PLACES_MS);
    return () => clearInterval(timer);
  }, [me.employee_id]);
  useEffect(() => {
    if (view.phase !== "idle") panel.current?.focus();
  }, [view.phase]);
  const Panel = PANELS[view.phase];
  const place = placeOf(known.data, useStore(settings).place);
  const live = needsLiveness(place);
  here.current = place;
  useMotion(video, camera.ready && !error && !menu, machine, view.phase, live);
  return html`<div class="kiosk" data-phase=${view.phase} data-test="kiosk"><${Lattice} id="lattice-kiosk" />
    <header class="kiosk-top"><p class="kiosk-brand"><${Mark} size=${32} /><span>Hazir</span></p><p class="kiosk-place" dir="auto">${[me.site?.name, place?.name].filter(Boolean).join(" · ")}</p>
      <div class="kiosk-tools">${full.offered && html`<button type="button" class="kiosk-tool" aria-label=${t("kiosk.full")} onClick=${full.enter}><${Icon} name="expand" /></button>`}
        <button type="button" class="kiosk-tool" aria-label=${t("kiosk.menu")} onClick=${() => setMenu(true)} data-test="kiosk-menu"><${Icon} name="lock" /></button></div></header>
    <main class="kiosk-main" id="main"><${Mirror} video=${video} camera=${camera} error=${error} view=${view} />
      <section class="kiosk-panel" ref=${panel} tabindex="-1" aria-live="polite"><${Panel} me=${me} view=${view} machine=${machine} zone=${zoneOf(me)} blind=${Boolean(error)} online=${online} ready=${Boolean(place) || !known.data} live=${live} /></section></main>
    <footer class="kiosk-foot"><${Languages} choose=${choose} /><${Connection} online=${online} queue=${queue} onOpen=${() => setMenu(true)} /></footer>
    ${menu && html`<${Menu} me=${me} places=${known.data} place=${place} machine=${machine} queue=${queue} onClose=${() => setMenu(false)} />`}
  </div>`;
}
