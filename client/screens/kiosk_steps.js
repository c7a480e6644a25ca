// From being looked for to being recorded. Green only for what a service has answered to be recorded.
import { Avatar } from "../components/avatar.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { Movement } from "../components/movement.js";
import { number, time, timeExact } from "../lib/format.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { settings } from "../lib/kiosk_settings.js";
import { explain } from "../lib/problem.js";
import { useStore } from "../lib/store.js";

const nameOf = (employee) => employee.full_name || employee.username;

// The part of the picture in which the movement is drawn: beside the preview it fills the card.
const DRAWN = { turn_left: "6 20 38 32", turn_right: "56 20 38 32", closer: "14 0 72 72", farther: "14 0 72 72" };

/** Where a place asks whether somebody is there: the one thing to do now, large, and another one for whoever cannot do it. */
function Task({ view, machine }) {
  const { step, kind, alternative } = view;
  const words = { straight: "live.straight", move: `live.${kind}`, sent: "live.sent" }[step];
  return html`<div class="kiosk-step kiosk-task" data-test="kiosk-task" data-step=${step} data-kind=${kind}>
    <div class="kiosk-movement">${step === "move" ? html`<${Movement} kind=${kind} box=${DRAWN[kind]} />` : html`<${Icon} name=${step === "sent" ? "spinner" : "face"} turn=${step === "sent"} />`}</div><h1>${t(words)}</h1>
    <div class="kiosk-buttons">${kind.startsWith("turn") && !alternative && html`<${Button} kind="quiet" big onClick=${() => machine.byFace(true)} data-test="alternative">${t("live.alternative")}<//>`}
      <${Button} kind="quiet" big onClick=${() => machine.cancel()} data-test="kiosk-cancel">${t("cancel")}<//></div></div>`;
}

export function Looking({ view, machine }) {
  if (view.step) return html`<${Task} view=${view} machine=${machine} />`;
  const hint = view.hint && has(`guide.${view.hint}`) ? t(`guide.${view.hint}`) : t(view.way === "face" ? "kiosk.look" : "kiosk.checking");
  return html`<div class="kiosk-step"><span class="kiosk-mark"><${Icon} name="spinner" turn /></span><h1>${hint}</h1>
    <div class="kiosk-buttons"><${Button} kind="quiet" big onClick=${() => machine.cancel()} data-test="kiosk-cancel">${t("cancel")}<//></div></div>`;
}

/** Seconds until `go` is called; null when it waits for a hand. */
function useCountdown(go) {
  const { auto } = useStore(settings);
  const [left, setLeft] = useState(auto || null);
  const latest = useRef(go);
  latest.current = go;
  useEffect(() => {
    if (!auto) return undefined;
    const until = performance.now() + auto * 1000;
    const timer = setInterval(() => {
      const rest = Math.ceil((until - performance.now()) / 1000);
      setLeft(Math.max(0, rest));
      if (rest <= 0) {
        clearInterval(timer);
        latest.current();
      }
    }, 200);
    return () => clearInterval(timer);
  }, [auto]);
  return left;
}

const GIVEN_UP_MS = 30000;

/** Without a count-down somebody may walk away: the next one must not find their name. */
function useGivingUp(machine) {
  useEffect(() => {
    const timer = setTimeout(() => machine.cancel(), GIVEN_UP_MS);
    return () => clearTimeout(timer);
  }, []);
}

function ConfirmButtons({ machine, words, no, icon }) {
  const left = useCountdown(() => machine.confirm());
  useGivingUp(machine);
  return html`<div class="kiosk-confirm"><${Button} big wide icon=${icon} onClick=${() => machine.confirm()} data-test="kiosk-confirm">${words}<//>
      <${Button} big wide kind="quiet" icon="cross" onClick=${() => machine.cancel()} data-test="kiosk-cancel">${no}<//></div>
    ${left !== null && html`<p class="kiosk-left figures" aria-live="off">${t("kiosk.by_itself", { n: number(left) })}</p>`}`;
}

export function Known({ view, machine }) {
  const { employee, action, expires_at: until } = view;
  useEffect(() => {
    const timer = setTimeout(() => machine.cancel(), Math.max(0, Date.parse(until) - Date.now()));
    return () => clearTimeout(timer);
  }, [until]);
  return html`<div class="kiosk-step" data-test="kiosk-known"><${Avatar} name=${nameOf(employee)} large /><p class="kiosk-sub">${t("kiosk.is_it_you")}</p><h1 class="kiosk-name"><bdi>${nameOf(employee)}</bdi></h1>
    <${ConfirmButtons} machine=${machine} icon=${action === "in" ? "enter" : "leave"} words=${t(`action.${action}`)} no=${t("kiosk.not_me")} /></div>`;
}

/** Not known, and not sent: nothing on this looks like a record. */
export function Keeping({ view, machine, zone }) {
  return html`<div class="kiosk-step" data-test="kiosk-keeping"><span class="kiosk-mark kiosk-dashed"><${Icon} name="offline" /></span><h1>${t("kiosk.no_network")}</h1>
    <p>${t("kiosk.keep.badge", { time: time(view.at, zone) })}</p><${ConfirmButtons} machine=${machine} icon="hourglass" words=${t("kiosk.keep")} no=${t("cancel")} /></div>`;
}

export function Sending({ view }) {
  return html`<div class="kiosk-step"><span class="kiosk-mark"><${Icon} name="spinner" turn /></span><h1 class="kiosk-name"><bdi>${view.employee ? nameOf(view.employee) : t("kiosk.checking")}</bdi></h1>${view.employee && html`<p>${t("action.sending")}</p>`}</div>`;
}

const LOOKS = { recorded: "check", pending: "hourglass", review: "eye", refused: "cross" };

export function Done({ view, machine, zone }) {
  const { employee, record, outcome } = view;
  return html`<div class=${`kiosk-step kiosk-${outcome}`} data-test="kiosk-done" data-outcome=${outcome}><span class="kiosk-mark"><${Icon} name=${LOOKS[outcome]} /></span>
    <h1 class="kiosk-name"><bdi>${nameOf(employee)}</bdi></h1><p class="kiosk-outcome">${t(`result.${outcome}.${record.action}`, { time: timeExact(record.timestamp, zone) })}</p><p>${t(`result.${outcome}.text`)}</p>
    <div class="kiosk-buttons"><${Button} kind="quiet" onClick=${() => machine.cancel()}>${t("close")}<//></div></div>`;
}

export function Kept({ view, machine, zone }) {
  return html`<div class="kiosk-step" data-test="kiosk-kept"><span class="kiosk-mark kiosk-dashed"><${Icon} name="offline" /></span><h1>${t("kiosk.kept", { time: time(view.at, zone) })}</h1>
    <p>${t("kiosk.kept.text")}</p><div class="kiosk-buttons"><${Button} kind="quiet" onClick=${() => machine.cancel()}>${t("close")}<//></div></div>`;
}

export function Unsure({ view, machine }) {
  return html`<div class="kiosk-step" data-test="kiosk-unsure"><span class="kiosk-mark kiosk-dashed"><${Icon} name="hourglass" /></span><h1>${t("kiosk.unsure")}</h1>
    <p>${t("kiosk.unsure.text", { name: nameOf(view.employee) })}</p><div class="kiosk-buttons"><${Button} kind="quiet" onClick=${() => machine.cancel()}>${t("close")}<//></div></div>`;
}

/** What went wrong, and the other ways at once beside it. */
export function Trouble({ view, machine, blind }) {
  // Which of them is wrong is never told; the words only name what was tried.
  const refused = view.error.code === "invalid_credentials" ? { code: `kiosk_${view.way}_wrong` } : view.error;
  const { what, next } = explain(refused);
  const reason = view.error.body?.reason;
  const why = has(`liveness.${reason}`) ? t(`liveness.${reason}`) : next;
  const other = reason === "challenge_failed" && !view.alternative;
  const ways = ["face", "pin", "badge"].filter((way) => !(way === "face" && blind));
  const begin = { face: () => machine.byFace(), pin: () => machine.to("pin"), badge: () => machine.to("badge") };
  return html`<div class="kiosk-step kiosk-refused" role="alert" data-test="kiosk-problem"><span class="kiosk-mark"><${Icon} name="warning" /></span><h1>${what}</h1><p>${why}</p>
    ${other && html`<${Button} kind="plain" onClick=${() => machine.byFace(true)} data-test="alternative">${t("live.alternative")}<//>`}
    <div class="kiosk-buttons">${ways.map((way) => html`<${Button} key=${way} kind="quiet" big icon=${{ face: "face", pin: "keypad", badge: "badge" }[way]} onClick=${begin[way]}>${t(`kiosk.${way}`)}<//>`)}</div>
    <${Button} kind="plain" onClick=${() => machine.cancel()} data-test="kiosk-cancel">${t("close")}<//></div>`;
}
