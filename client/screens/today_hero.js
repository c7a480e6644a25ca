// In or out at one glance, readable from the other end of the corridor.
import { DayRibbon } from "../components/chart.js";
import { Icon, Lattice } from "../components/icon.js";
import { intervals, lengthOf, worked } from "../lib/day.js";
import { longDate, moment, number, split, time, twoDigits } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

export function durationText(ms) {
  const { hours, minutes } = split(ms);
  const parts = [];
  if (hours) parts.push(`${number(hours)} ${t("unit.h")}`);
  parts.push(`${number(minutes)} ${t("unit.min")}`);
  return parts.join(" ");
}

function Duration({ ms }) {
  const { hours, minutes, seconds } = split(ms);
  const pair = (value, unit) => html`<span class="figure-pair"><b>${value}</b> <small>${t(unit)}</small></span> `;
  return html`<p class="figure figures" role="timer" aria-live="off" data-test="duration">
    ${hours > 0 && pair(number(hours), "unit.h")}${pair(hours ? twoDigits(minutes) : number(minutes), "unit.min")}
    <span class="figure-seconds" aria-hidden="true">${pair(twoDigits(seconds), "unit.s")}</span></p>`;
}

function Worked({ spans, now, zone }) {
  const total = worked(spans, now);
  if (spans.length === 0) return html`<p class="hero-quiet">${t("today.nothing")}</p>`;
  return html`<details class="worked"><summary>${t("today.worked")} <strong class="figures">${durationText(total)}</strong></summary>
    <ul class="worked-list figures">${spans.map((span, i) => {
      const isLast = i === spans.length - 1;
      const end = span.to ? time(span.to, zone) : t(isLast ? "today.now" : "today.no_out");
      return html`<li key=${span.from}><span>${moment(span.from, zone, now)} – ${end}</span><span>${durationText(lengthOf(span, isLast, now))}</span></li>`;
    })}</ul></details>`;
}

export function Hero({ state, records, now, zone, names, children }) {
  const inside = state.action === "in";
  const spans = intervals(records);
  const place = names.get(records.find((record) => record.id === state.record_id)?.place_id);
  const since = state.since && t(inside ? "today.in_since" : "today.out_since", { time: moment(state.since, zone, now) });
  return html`<section class=${`hero hero-${inside ? "in" : "out"}`} aria-labelledby="state" data-test="hero" data-state=${state.action}>
    ${inside && html`<${Lattice} id="lattice-hero" />`}
    <div class="hero-head"><p class="hero-date">${longDate(now, zone)}</p></div>
    <div><h1 id="state" class="hero-state"><${Icon} name=${inside ? "enter" : "leave"} />${t(inside ? "today.in" : "today.out")}</h1>
      ${inside && state.since
        ? html`<${Duration} ms=${now - Date.parse(state.since)} />`
        : html`<p class="figure figures" data-test="clock"><b>${time(now, zone)}</b></p>`}
      <p class="hero-since">${since ?? t("today.never")}${since && place && ` · ${place}`}</p></div>
    <div class="stack-s"><${DayRibbon} spans=${spans} now=${now} zone=${zone} label=${t("today.ribbon", { total: durationText(worked(spans, now)) })} />
      <${Worked} spans=${spans} now=${now} zone=${zone} /></div>
    ${children}
  </section>`;
}
