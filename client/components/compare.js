// Two photos side by side, enlarged and moved together, so that the same part of both is seen at once.
import { html, useLayoutEffect, useRef, useState } from "../lib/html.js";
import { number } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";
import { usePhoto } from "./photo.js";

export const MOST_ZOOM = 4;
const FACE_HEIGHT = 0.35; // of the way down a picture of somebody

function Picture({ service, path, caption, zoom, frame, onScroll }) {
  const url = usePhoto(service, path);
  return html`<figure class="compare-side"><figcaption>${caption}</figcaption>
    <div class="compare-frame" dir="ltr" data-zoom=${zoom} ref=${frame} onScroll=${onScroll} tabindex=${zoom > 1 ? 0 : undefined} role="group" aria-label=${caption}>
      ${url ? html`<img src=${url} alt=${caption} />` : html`<span class="compare-none"><${Icon} name="face" />${t(path ? "loading" : "compare.none")}</span>`}</div></figure>`;
}

/** left, right: {service, path, caption}; `zoom` 1 to 4 belongs to whoever shows it, so that keys can change it. */
export function Compare({ left, right, zoom, onZoom }) {
  const frames = [useRef(null), useRef(null)];
  // The other side follows in parts of its own length, for the photos differ in size.
  const follow = (from, to) => () => {
    const [a, b] = [from.current, to.current];
    if (!a || !b) return;
    const part = (where, whole, seen) => (whole > seen ? where / (whole - seen) : 0);
    b.scrollLeft = part(a.scrollLeft, a.scrollWidth, a.clientWidth) * (b.scrollWidth - b.clientWidth);
    b.scrollTop = part(a.scrollTop, a.scrollHeight, a.clientHeight) * (b.scrollHeight - b.clientHeight);
  };
  const leading = useLeader();
  // Enlarging goes to where a face usually is; from there both are moved together.
  useLayoutEffect(() => {
    for (const { current: frame } of frames) {
      if (!frame) continue;
      frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
      frame.scrollTop = (frame.scrollHeight - frame.clientHeight) * FACE_HEIGHT;
    }
  }, [zoom]);
  const side = (i, one) => html`<${Picture} ...${one} zoom=${zoom} frame=${frames[i]} onScroll=${() => leading(i) && follow(frames[i], frames[1 - i])()} />`;
  return html`<div class="compare"><div class="compare-sides">${side(0, left)}${side(1, right)}</div>
    <div class="compare-tools"><${Button} kind="quiet" icon="minus" aria-label=${t("compare.smaller")} disabled=${zoom <= 1} onClick=${() => onZoom(zoom - 1)} />
      <span class="figures" role="status" aria-label=${t("compare.zoom")}>${t("compare.times", { n: number(zoom) })}</span>
      <${Button} kind="quiet" icon="plus" aria-label=${t("compare.larger")} disabled=${zoom >= MOST_ZOOM} onClick=${() => onZoom(zoom + 1)} /></div></div>`;
}

/** Only the side that a person scrolls leads; the one that follows must not lead back. */
function useLeader() {
  const [leader] = useState({ side: null, until: 0 });
  return (side) => {
    if (performance.now() < leader.until && leader.side !== side) return false;
    leader.side = side;
    leader.until = performance.now() + 150;
    return true;
  };
}
