// My face: nothing is taken before the consent, everything can be taken back, and nobody has to.
import "../components/icons_more.js";
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Check } from "../components/check.js";
import { Confirm } from "../components/confirm.js";
import { Empty, Skeleton } from "../components/empty.js";
import { Icon } from "../components/icon.js";
import { Thumbnail } from "../components/photo.js";
import { Problem } from "../components/problem.js";
import { consentText, eraseFace, giveConsent, qualityWord, useFace, withdrawConsent } from "../lib/face.js";
import { isolated, number, shortDate } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { language, t } from "../lib/i18n.js";
import { useLoad } from "../lib/load.js";
import { href } from "../lib/router.js";
import { zoneOf } from "../lib/session.js";
import { useWork } from "../lib/work.js";
import { FacePhotos } from "./face_photos.js";

function Alternative() {
  return html`<div class="note note-info"><${Icon} name="info" /><div class="note-body">
    <strong>${t("face.alternative")}</strong><p>${t("face.alternative.text")}</p></div></div>`;
}

function ConsentText({ text }) {
  return html`<div class="consent-text" lang=${text.language} dir="auto" data-test="consent-text"><h3>${text.title}</h3>
      ${text.paragraphs.map((paragraph) => html`<p key=${paragraph}>${paragraph}</p>`)}</div>
    <details class="small muted"><summary>${t("consent.code")}</summary><p>${t("consent.code.text")}</p><p><code dir="ltr" class="wrap-anywhere">${text.sha256}</code></p></details>`;
}

/** The text comes first, in the reader's language, from the service that keeps its hash with the consent. */
function Consent({ consent, id, reload }) {
  const { busy, error, run } = useWork(reload);
  const [agreed, setAgreed] = useState(false);
  const text = useLoad(() => consentText(language.get().code), [language.get().code]);
  // Another language is another text: what was agreed to has to be the one that is read.
  useEffect(() => setAgreed(false), [text.data]);
  const renewed = consent.version !== null;
  return html`<${Card} title=${t(renewed ? "consent.renew" : "consent.title")} id="consent-title" aside=${text.data && html`<span class="muted small nowrap">${t("consent.version")} <bdi>${text.data.version}</bdi></span>`}>
    <div class="stack">
      ${renewed && html`<p>${t("consent.renew.text", { version: isolated(consent.version) })}</p>`}
      ${text.error && html`<${Problem} error=${text.error} tone="wait" onRetry=${text.reload} />`}
      ${!text.data && text.loading && html`<${Skeleton} lines=${6} />`}
      ${text.data && html`<${ConsentText} text=${text.data} />
        <${Check} label=${t("consent.agree")} checked=${agreed} onValue=${setAgreed} />
        ${error && html`<${Problem} error=${error} />`}
        <div><${Button} disabled=${!agreed} busy=${busy} onClick=${() => run(() => giveConsent(id, text.data), t("consent.given"))} data-test="give-consent">${t("consent.button")}<//></div>`}
      <${Alternative} />
    </div><//>`;
}

function FaceList({ faces, id, reload, zone }) {
  const { busy, error, run } = useWork(reload);
  if (faces.length === 0) return html`<${Empty} icon="face" title=${t("face.none")}><p>${t("face.none.text")}</p><//>`;
  return html`<div class="stack">${error && html`<${Problem} error=${error} />`}
    <ul class="faces">${faces.map((face, i) => html`<li key=${face.id}>
      ${face.photo_url ? html`<${Thumbnail} service="face" path=${face.photo_url} alt=${t("face.photo", { n: number(i + 1) })} />` : html`<span class="photo face-blank"><${Icon} name="face" /></span>`}
      <span class="face-text"><strong>${t("face.photo", { n: number(i + 1) })}</strong><span class="muted small">${shortDate(face.created_at, zone)}</span></span>
      ${face.quality && html`<${Quality} score=${face.quality.score} />`}
      <${Button} kind="plain" icon="trash" busy=${busy} aria-label=${t("face.erase.one", { n: number(i + 1) })}
        onClick=${() => run(() => eraseFace(id, face.id), t("face.erased"))} /></li>`)}</ul></div>`;
}

export function Quality({ score }) {
  const word = qualityWord(score);
  return html`<${Badge} tone=${word === "good" ? "good" : "wait"} icon=${word === "good" ? "check" : "info"}>${t(`quality.${word}`)}<//>`;
}

function Withdraw({ id, reload, count }) {
  const [asking, setAsking] = useState(false);
  const withdraw = async () => {
    await withdrawConsent(id);
    await reload();
  };
  return html`<${Card} title=${t("withdraw.title")} id="withdraw-title"><div class="stack"><p class="muted">${t("withdraw.text")}</p>
    <dl class="points">${["goes", "stays"].map((part) => html`<div key=${part}><dt>${t(`withdraw.${part}`)}</dt><dd>${t(`withdraw.${part}.text`)}</dd></div>`)}</dl>
    <div class="row"><${Button} kind="danger" icon="trash" onClick=${() => setAsking(true)}>${t("withdraw.button")}<//><a class="button button-plain" href=${href("data")}>${t("face.more")}</a></div></div>
    ${asking && html`<${Confirm} title=${t("withdraw.title")} text=${t("withdraw.confirm", { count })} button=${t("withdraw.button")} keep=${t("withdraw.keep")} icon="trash"
      done=${t("consent.withdrawn")} onConfirm=${withdraw} onClose=${() => setAsking(false)} />`}<//>`;
}

function Content({ me, view }) {
  const { consent, faces, reload } = view;
  const id = me.employee_id;
  if (!consent.biometrics) {
    return html`<${Card}><${Empty} icon="face" title=${t("face.off")}><p>${t("face.off.text")}</p><//><//>`;
  }
  if (!consent.version) return html`<${Consent} consent=${consent} id=${id} reload=${reload} />`;
  const outdated = consent.version !== consent.current_version;
  return html`<div class="stack">
    ${outdated && html`<${Consent} consent=${consent} id=${id} reload=${reload} />`}
    <${Card} title=${t("face.photos")} id="photos-title" aside=${html`<span class="muted small">${t("consent.since", { date: shortDate(consent.given_at, zoneOf(me)), version: isolated(consent.version) })}</span>`}>
      <div class="stack"><${FaceList} faces=${faces} id=${id} reload=${reload} zone=${zoneOf(me)} />
        ${!outdated && html`<${FacePhotos} id=${id} faces=${faces} reload=${reload} />`}</div><//>
    <${Alternative} /><${Withdraw} id=${id} reload=${reload} count=${faces.length} /></div>`;
}

export function Face({ me }) {
  const view = useFace(me.employee_id);
  return html`<div class="narrow stack">
    <div class="stack-s"><h1>${t("face.title")}</h1><p class="muted">${t("face.text")}</p></div>
    ${view.error && html`<${Problem} error=${view.error} tone="wait" onRetry=${view.reload} />`}
    ${view.loading && html`<${Card}><${Skeleton} lines=${6} /><//>`}
    ${view.consent && html`<${Content} me=${me} view=${view} />`}
  </div>`;
}
