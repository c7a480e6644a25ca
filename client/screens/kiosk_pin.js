// The ways without a face: number and PIN on large keys, or a badge held to the reader.
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { asciiDigits } from "../lib/digits.js";
import { number } from "../lib/format.js";
import { html, useLayoutEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";

const MOST = { person: 20, pin: 8 };
const LEAST = { person: 1, pin: 4 };
const KEYS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** What is typed by hand on a real keyboard counts as well; a badge reader's burst is taken away again. */
function useTyping(onDigit, onBack, onEnter) {
  // Before the pad is painted: no key is lost that comes right after it is seen.
  useLayoutEffect(() => {
    const press = (event) => {
      if (event.target.matches?.("input")) return;
      const digit = asciiDigits(event.key);
      if (/^\d$/.test(digit)) onDigit(Number(digit));
      else if (event.key === "Backspace") onBack();
      else if (event.key === "Enter" && !event.target.closest?.("button")) onEnter();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []); // what it calls reads the entry itself, never what was rendered
}

function Shown({ step, value }) {
  const dots = step === "pin";
  const text = [...value].map((one) => (dots ? "•" : /\d/.test(one) ? number(Number(one)) : one)).join("");
  return html`<p class="pin-shown" data-empty=${value ? undefined : "true"} dir="ltr"><span aria-hidden="true">${text || "–"}</span>
    <span class="visually-hidden" role="status">${t("kiosk.typed", { n: number(value.length) })}</span></p>`;
}

function Pad({ onDigit, onBack, onNext, ready, last }) {
  return html`<div class="pin-pad" dir="ltr">${KEYS.map((key) => html`<button type="button" class="pin-key" key=${key} onClick=${() => onDigit(key)} data-key=${key}>${number(key)}</button>`)}
    <button type="button" class="pin-key pin-soft" aria-label=${t("kiosk.back")} onClick=${onBack}><${Icon} name="erase" /></button>
    <button type="button" class="pin-key" onClick=${() => onDigit(0)} data-key="0">${number(0)}</button>
    <button type="button" class="pin-key pin-go" disabled=${!ready} aria-label=${t(last ? "kiosk.enter" : "next")} onClick=${onNext} data-test="pin-next"><${Icon} name=${last ? "check" : "forward"} /></button></div>`;
}

/** {step, person, pin} with what changes it. Kept outside the rendering: keys may come faster than the screen follows. */
function useEntry(machine) {
  const entry = useRef({ step: "person", person: "", pin: "" });
  const [, show] = useState(0);
  const set = (part) => {
    machine.touch();
    Object.assign(entry.current, part);
    show((count) => count + 1);
  };
  const edit = (work) => {
    const { step } = entry.current;
    set({ [step]: work(entry.current[step]).slice(0, MOST[step]) });
  };
  const ready = () => entry.current[entry.current.step].trim().length >= LEAST[entry.current.step];
  const next = () => {
    if (!ready()) return;
    if (entry.current.step === "person") set({ step: "pin" });
    else machine.byPin(asciiDigits(entry.current.person.trim()), entry.current.pin);
  };
  return { ...entry.current, set, ready: ready(), next, digit: (one) => edit((text) => text + one), back: () => edit((text) => text.slice(0, -1)) };
}

export function PinPad({ machine }) {
  const entry = useEntry(machine);
  const [letters, setLetters] = useState(false);
  const { step, ready, next, digit, back } = entry;
  useTyping(digit, back, next);
  const byLetters = letters && step === "person";
  return html`<div class="kiosk-step pin" data-step=${step}><h1>${t(step === "person" ? "kiosk.number" : "kiosk.pin.ask")}</h1>
    ${byLetters
      ? html`<form class="stack" onSubmit=${(event) => { event.preventDefault(); next(); }}><label class="visually-hidden" for="kiosk-name">${t("kiosk.username")}</label>
          <input class="input pin-name" id="kiosk-name" dir="ltr" value=${entry.person} onInput=${(event) => entry.set({ person: event.currentTarget.value })} autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="150" />
          <${Button} big wide type="submit" disabled=${!ready}>${t("next")}<//></form>`
      : html`<${Shown} step=${step} value=${entry[step]} /><${Pad} onDigit=${digit} onBack=${back} onNext=${next} ready=${ready} last=${step === "pin"} />`}
    <div class="kiosk-buttons">${step === "person" && html`<${Button} kind="quiet" onClick=${() => { entry.set({ person: "" }); setLetters(!letters); }}>${t(letters ? "kiosk.by_number" : "kiosk.by_name")}<//>`}
      <${Button} kind="quiet" onClick=${() => machine.cancel()} data-test="kiosk-cancel">${t("cancel")}<//></div></div>`;
}

export function Badge({ machine }) {
  return html`<div class="kiosk-step kiosk-badge"><span class="kiosk-way-icon"><${Icon} name="badge" /></span><h1>${t("kiosk.badge.ask")}</h1><p>${t("kiosk.badge.more")}</p>
    <div class="kiosk-buttons"><${Button} kind="quiet" onClick=${() => machine.cancel()} data-test="kiosk-cancel">${t("cancel")}<//></div></div>`;
}
