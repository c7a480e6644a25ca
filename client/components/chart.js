// Two small charts, drawn as SVG: the ribbon of one day and a row of bars. Both say their content in words too.
import { html } from "../lib/html.js";
import { dayFraction, sameDay, time } from "../lib/format.js";

const WIDTH = 1000;

/** spans: [{from, to|null}] instants; `now` in ms; only the zone's present day is drawn. */
export function DayRibbon({ spans, now, zone, label }) {
  const nowAt = dayFraction(now, zone) * WIDTH;
  const drawn = spans.map((span, i) => {
    const startsToday = sameDay(span.from, now, zone);
    // Only the last one can still be going on; one before it lacks its end, and is drawn as the moment it began.
    const end = span.to ?? (i === spans.length - 1 ? now : span.from);
    if (!startsToday && !sameDay(end, now, zone)) return null;
    const x = startsToday ? dayFraction(span.from, zone) * WIDTH : 0;
    return { x, width: Math.max(4, dayFraction(end, zone) * WIDTH - x) };
  }).filter(Boolean);
  return html`<figure class="ribbon">
    <svg viewBox=${`0 0 ${WIDTH} 20`} preserveAspectRatio="none" role="img" aria-label=${label}>
      <rect class="ribbon-track" x="0" y="6" width=${WIDTH} height="8" rx="4" />
      ${drawn.map((bar) => html`<rect class="ribbon-span" x=${bar.x} y="6" width=${bar.width} height="8" rx="4" />`)}
      <rect class="ribbon-now" x=${nowAt - 1.5} y="0" width="3" height="20" rx="1.5" />
    </svg>
    <${Scale} zone=${zone} />
  </figure>`;
}

// The hours are written by Intl from real instants of a fixed UTC day: numerals and form follow the language.
function Scale() {
  const hours = [0, 6, 12, 18, 24];
  return html`<figcaption class="ribbon-scale" aria-hidden="true">
    ${hours.map((hour) => html`<span key=${hour}>${time(Date.UTC(2024, 0, 1, hour), "UTC")}</span>`)}</figcaption>`;
}
