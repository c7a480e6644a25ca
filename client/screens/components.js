// Every component in one place, in the chosen language and so in its direction; the theme is the system's.
import { Avatar } from "../components/avatar.js";
import { Badge, PresenceBadge, StatusBadge } from "../components/badge.js";
import { Bars } from "../components/bars.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Check } from "../components/check.js";
import { CodeField } from "../components/code_field.js";
import { Compare } from "../components/compare.js";
import { Confirm } from "../components/confirm.js";
import { CopyText } from "../components/copy.js";
import { DayRibbon } from "../components/chart.js";
import { Dialog } from "../components/dialog.js";
import { Empty, Skeleton } from "../components/empty.js";
import { Field, PasswordField, Select } from "../components/field.js";
import { FaceGuide } from "../components/guided_camera.js";
import { Mark } from "../components/icon.js";
import "../components/icons_more.js";
import { FileDrop } from "../components/file_drop.js";
import { NewPassword } from "../components/new_password.js";
import { FeedPill } from "../components/pill.js";
import { Problem } from "../components/problem.js";
import { Qr } from "../components/qr.js";
import { Table } from "../components/table.js";
import { TabList } from "../components/tablist.js";
import { Tabs } from "../components/tabs.js";
import { Toasts } from "../components/toast.js";
import { toast } from "../lib/toasts.js";
import { html, render, useState } from "../lib/html.js";
import { addWords, language, startLanguage, t } from "../lib/i18n.js";
import { createStore, useStore } from "../lib/store.js";
import { Similarity } from "./review_detail.js";
import { LanguageSelect } from "./shell.js";
import { Result } from "./today_result.js";

const NOON = Date.UTC(2026, 10, 21, 12, 20);
const at = (hour, minute) => new Date(Date.UTC(2026, 10, 21, hour, minute)).toISOString();
const SPANS = [{ from: at(5, 57), to: at(9, 30) }, { from: at(10, 2), to: null }];
const PHASES = ["sending", "recorded", "pending", "review", "refused", "queued"];
const STATES = ["connecting", "live", "catching_up", "reconnecting", "stale", "off"];
const feedIn = (state) => ({ status: createStore({ state, heardAt: null }), retryNow() {} });

function sample(phase) {
  const intent = { key: phase, action: "in", claimedAt: at(5, 57) };
  const record = ["sending", "queued"].includes(phase) ? undefined : { timestamp: at(5, 57) };
  const error = phase === "refused" ? { code: "face_mismatch", requestId: "req-7f3a" } : undefined;
  return { phase, intent, record, error };
}

function Forms() {
  const [tab, setTab] = useState("all");
  const [open, setOpen] = useState(false);
  const tabs = ["all", "in", "out"].map((value, i) => ({ value, label: t(`board.show.${value}`), count: 9 - i * 3 }));
  return html`<${Card} title="Button · field · tabs · dialog · toast" id="c-forms"><div class="stack">
    <div class="row"><${Button} icon="enter">${t("action.in")}<//><${Button} kind="quiet" icon="refresh">${t("retry")}<//><${Button} kind="plain" onClick=${() => setOpen(true)}>${t("details")}<//>
      <${Button} kind="danger" icon="trash">${t("withdraw.button")}<//><${Button} busy>${t("action.sending")}<//><${Button} disabled>${t("action.out")}<//></div>
    <${Button} big wide icon="camera">${t("camera.shutter.in")}<//>
    <${Field} id="c-name" label=${t("signin.username")} value="demo_staff_1" onValue=${() => {}} error=${t("register.username.wrong")} />
    <${PasswordField} id="c-password" label=${t("signin.password")} value="" onValue=${() => {}} hint=${t("register.password.hint")} autocomplete="off" />
    <${Select} id="c-place" label=${t("place.choose")} value="1" onValue=${() => {}} options=${[{ value: "1", label: t("board.teams.all") }]} />
    <${Tabs} label=${t("board.show")} value=${tab} onValue=${setTab} options=${tabs} />
    <div><${Button} kind="quiet" onClick=${() => toast(t("consent.given"))}>${t("consent.button")}<//></div>
    ${open && html`<${Dialog} title=${t("withdraw.title")} onClose=${() => setOpen(false)}><p>${t("withdraw.text")}</p><//>`}</div><//>`;
}

function Secrets() {
  const [tab, setTab] = useState("people");
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("three");
  const [asked, setAsked] = useState(false);
  const tabs = ["people", "invitations", "audit"].map((value) => ({ value, label: t(`admin.${value}`) }));
  return html`<${Card} title="Tab list · code · copy · QR code · new password · file · confirm" id="c-secrets"><div class="stack">
    <${TabList} label=${t("admin.title")} id="c-tabs" value=${tab} onValue=${setTab} options=${tabs}><p class="muted">${t(`${tab}.text`)}</p><//>
    <${CodeField} id="c-code" label=${t("second.code")} value=${code} onValue=${setCode} />
    <${NewPassword} id="c-new" label=${t("password.new")} value=${password} onValue=${setPassword} />
    <div class="setup-app"><${Qr} text="https://hazir.example/#/register" label=${t("invitation.qr")} /><div class="stack"><${CopyText} label=${t("invitation.code")} text="9k3f-77xw-a2mp" />
      <${Check} label=${t("role.staff")} text=${t("role.staff.text")} checked onValue=${() => {}} /></div></div>
    <${FileDrop} accept=".csv" text=${t("import.drop")} hint=${t("import.columns")} onFile=${() => {}} />
    <div><${Button} kind="danger" icon="lock" onClick=${() => setAsked(true)}>${t("person.lock")}<//></div>
    ${asked && html`<${Confirm} title=${t("person.lock.ask", { name: "Elif" })} text=${t("person.lock.text")} button=${t("person.lock")} icon="lock" reason=${t("reason")}
      onConfirm=${() => {}} onClose=${() => setAsked(false)} />`}</div><//>`;
}

function Marks() {
  const statuses = ["accepted", "pending", "review", "refused", "queued"];
  return html`<${Card} title="Badge · avatar · feed pill · chart" id="c-marks"><div class="stack">
    <div class="row">${statuses.map((status) => html`<${StatusBadge} key=${status} status=${status} />`)}</div>
    <div class="row"><${PresenceBadge} action="in" /><${PresenceBadge} action="out" /><${Badge}>${t("board.team")}<//></div>
    <div class="row"><${Avatar} name="Elif Aydın" /><${Avatar} name="نیلوفر احمدی" /><${Avatar} name="demo_staff_1" small /><${Mark} size=${40} /></div>
    <div class="row">${STATES.map((state) => html`<${FeedPill} key=${state} feed=${feedIn(state)} />`)}</div>
    <${DayRibbon} spans=${SPANS} now=${NOON} zone="Europe/Istanbul" label=${t("today.ribbon", { total: "" })} />
    <${Bars} values=${[3, 5, 8, 6, 7, 2, 1]} label="3, 5, 8, 6, 7, 2, 1" /></div><//>`;
}

function Results() {
  return html`<section class="stack" aria-labelledby="c-results"><h2 id="c-results">Result: six looks</h2>
    ${PHASES.map((phase) => html`<${Result} key=${phase} current=${sample(phase)} zone="Europe/Istanbul" waiting=${[]} />`)}</section>`;
}

function Faces() {
  const [zoom, setZoom] = useState(1);
  const side = (key) => ({ service: "face", path: null, caption: t(key) });
  return html`<${Card} title="Guidance · compare · similarity" id="c-faces"><div class="stack">
    <div class="camera-frame"><${FaceGuide} hint="too_small" /></div><div class="camera-frame"><${FaceGuide} hint="good" /></div>
    <${Compare} left=${side("review.photo.enrolled")} right=${side("alarms.other")} zoom=${zoom} onZoom=${setZoom} />
    <${Similarity} value=${0.36} threshold=${0.42} /></div><//>`;
}

function Lists() {
  const columns = [
    { key: "who", label: t("board.who"), cell: (row) => html`<bdi>${row.who}</bdi>` },
    { key: "state", label: t("board.state"), cell: (row) => html`<${PresenceBadge} action=${row.action} />` },
  ];
  return html`<div class="stack"><${Card} title="Table" id="c-table"><${Table} caption=${t("board.caption")} columns=${columns} rowKey=${(row) => row.who}
      rows=${[{ who: "Elif Aydın", action: "in" }, { who: "نیلوفر احمدی", action: "out" }]} /><//>
    <${Card} title="Empty state" id="c-empty"><${Empty} title=${t("records.empty")}><p>${t("records.empty.text")}</p><//><//>
    <${Card} title="Skeleton" id="c-skeleton"><${Skeleton} lines=${4} /><//>
    <${Problem} error=${{ code: "unexpected", requestId: "req-7f3a" }} onRetry=${() => {}} /></div>`;
}

function Components() {
  useStore(language);
  return html`<main class="main stack"><div class="row-between"><h1>Components</h1><${LanguageSelect} id="language" hideLabel /></div>
    <div class="gallery"><${Forms} /><${Secrets} /><${Marks} /><${Faces} /><${Results} /><${Lists} /></div></main><${Toasts} />`;
}

await startLanguage();
await Promise.all(["camera", "errors", "forms", "board", "face", "guide", "live", "entry", "identity", "review", "kiosk", "data", "access", "oversight"].map(addWords));
render(html`<${Components} />`, document.getElementById("app"));
