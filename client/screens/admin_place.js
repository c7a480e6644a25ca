import { Button } from "../components/button.js";
import { Check } from "../components/check.js";
import { Confirm } from "../components/confirm.js";
import { Dialog } from "../components/dialog.js";
import { Field, Select } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { addPlace, changePlace, EVIDENCE, newPolicy, toPolicy, withEvidence } from "../lib/oversight.js";
import { toast } from "../lib/toasts.js";
import { useForm } from "../lib/work.js";

const MODES = ["strict", "toggle", "first_last"];
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What a new place begins with. Fields that the service's policies have are asked for; it refuses others. */
const usual = (known) => ({ evidence: [], mode: "strict", on_face_down: "refuse", ...(known && "face_check" in known && { face_check: "at_once" }), ...(known && "without_face" in known && { without_face: "review" }) });

function Choice({ id, label, value, words, options, onValue }) {
  return html`<${Select} id=${id} label=${label} value=${value} onValue=${onValue} options=${options.map((one) => ({ value: one, label: t(`${words}.${one}`) }))} hint=${t(`${words}.${value}.text`)} />`;
}

function Policy({ policy, onPolicy }) {
  const set = (part) => onPolicy({ ...policy, ...part });
  const face = policy.evidence.includes("face");
  const live = policy.evidence.includes("liveness");
  // Being there can be shown at the door only.
  const ask = (evidence) => set({ evidence, ...(evidence.includes("liveness") && "face_check" in policy && { face_check: "at_once" }) });
  return html`<fieldset class="choices"><legend>${t("places.asks")}</legend>
      ${EVIDENCE.map((item) => html`<${Check} key=${item} label=${t(`places.evidence.${item}`)} text=${t(`places.evidence.${item}.text`)} checked=${policy.evidence.includes(item)}
        onValue=${(on) => ask(withEvidence(policy.evidence, item, on))} />`)}</fieldset>
    ${face && html`<div class="note note-info"><${Icon} name="info" /><div class="note-body"><p>${t("places.consent")}</p></div></div>`}
    ${face && !live && "face_check" in policy && html`<${Choice} id="face_check" label=${t("places.when")} words="places.check" value=${policy.face_check} options=${["at_once", "later"]} onValue=${(face_check) => set({ face_check })} />`}
    ${face && "without_face" in policy && html`<${Choice} id="without_face" label=${t("places.without")} words="places.without" value=${policy.without_face} options=${["review", "refuse"]} onValue=${(without_face) => set({ without_face })} />`}
    ${face && html`<${Choice} id="on_face_down" label=${t("places.down")} words="places.down" value=${policy.on_face_down} options=${["refuse", "pending"]} onValue=${(on_face_down) => set({ on_face_down })} />`}
    <${Choice} id="mode" label=${t("places.mode")} words="places.mode" value=${policy.mode} options=${MODES} onValue=${(mode) => set({ mode })} />`;
}

/** Without `place` a new one. `known` is a policy of the service, to see which fields it has. */
export function EditPlace({ place, sites, known, onClose, onSaved }) {
  const before = place ? toPolicy(place.policy) : usual(known);
  const [name, setName] = useState(place?.name ?? "");
  const [site, setSite] = useState(place?.site_id ?? sites[0]?.id);
  const [first, setFirst] = useState(place?.is_default ?? false);
  const [policy, setPolicy] = useState({ ...before, evidence: before.evidence.filter((item) => item !== "none") });
  const [ending, setEnding] = useState(false);
  const { busy, error, onSubmit } = useForm(async () => {
    if (!place) await addPlace({ site_id: Number(site), name: name.trim(), is_default: first, policy });
    else {
      if (name.trim() !== place.name || first !== place.is_default) await changePlace(place.id, { name: name.trim(), is_default: first });
      if (!same(policy, { ...before, evidence: before.evidence.filter((item) => item !== "none") })) await newPolicy(place.id, policy);
    }
    toast(t("saved"));
    await onSaved();
    onClose();
  });
  const archive = async () => {
    await changePlace(place.id, { archived: true });
    await onSaved();
    onClose();
  };
  return html`<${Dialog} title=${t(place ? "places.change" : "places.add")} sheet onClose=${onClose}><form class="stack" onSubmit=${onSubmit}>
    ${error && html`<${Problem} error=${error} />`}
    <${Field} id="place-name" label=${t("places.name")} value=${name} onValue=${setName} required maxlength="200" autocomplete="off" />
    ${!place && html`<${Select} id="place-site" label=${t("people.site")} value=${site} onValue=${setSite} options=${sites.map((one) => ({ value: one.id, label: one.name }))} />`}
    <${Check} label=${t("places.default")} text=${t("places.default.text")} checked=${first} onValue=${setFirst} />
    <${Policy} policy=${policy} onPolicy=${setPolicy} />
    ${place && html`<p class="muted small">${t("places.effect")}</p>`}
    <div class="row"><${Button} type="submit" icon="check" busy=${busy} disabled=${!name.trim()}>${t("save")}<//><${Button} kind="quiet" onClick=${onClose}>${t("cancel")}<//>
      ${place && html`<${Button} kind="danger" icon="trash" onClick=${() => setEnding(true)}>${t("places.archive")}<//>`}</div></form>
    ${ending && html`<${Confirm} title=${t("places.archive.ask", { name: place.name })} text=${t("places.archive.text")} button=${t("places.archive")} icon="trash" done=${t("places.archived")} onConfirm=${archive} onClose=${() => setEnding(false)} />`}<//>`;
}
