// Two photos side by side, enlarged and moved together, each around its face, so that the same part of both is seen at once.
import { findFaces } from "../lib/face.js";
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../lib/html.js";
import { number } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { largestFace, middle, scales } from "../lib/zoom.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";
import { usePicture } from "./photo.js";

export const MOST_ZOOM = 4;

/** A photo with its size and, where the service finds one, its face; without the service it is a photo all the same. */
function useShown({ service, path }) {
  const { url, blob, error, again } = usePicture(service, path);
  const [kept, keep] = useState({});
  const seen = kept.blob === blob ? kept : {};
  const note = (part) => keep((old) => ({ ...(old.blob === blob ? old : { blob }), ...part }));
  useEffect(() => {
    if (!blob) return undefined;
    let alive = true;
    findFaces(blob).then((found) => alive && note({ found }), () => {});
    return () => {
      alive = false;
    };
  }, [blob]);
  const { size, found, broken } = seen;
  const picture = useMemo(() => (size ? { ...size, face: found ? largestFace(found, size) : null } : null), [size, found]);
  return {
    url: broken ? null : url, error: broken ? { code: "not_an_image" } : error, again, picture,
    onLoad: ({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => note({ size: { width, height } }),
    onError: () => note({ broken: true }),
  };
}

/** The size of what `ref` holds, followed as it changes. */
function useSize(ref) {
  const [size, setSize] = useState(null);
  useLayoutEffect(() => {
    const watcher = new ResizeObserver(([{ contentRect }]) => setSize({ width: contentRect.width, height: contentRect.height }));
    watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, []);
  return size;
}

function Missing({ path, error, again }) {
  const gone = !path || error?.status === 404;
  return html`<span class="compare-none"><${Icon} name=${error && !gone ? "warning" : "face"} />${t(gone ? "compare.none" : error ? "compare.failed" : "loading")}
    ${error && !gone && html`<${Button} kind="quiet" icon="refresh" onClick=${again}>${t("retry")}<//>`}</span>`;
}

function Picture({ path, caption, shown, zoom, scale, frame, onScroll }) {
  const { url, error, again, picture } = shown;
  const [width, height] = picture && scale ? [Math.round(picture.width * scale), Math.round(picture.height * scale)] : [];
  return html`<figure class="compare-side"><figcaption>${caption}</figcaption>
    <div class="compare-frame" dir="ltr" data-zoom=${zoom} data-face=${picture ? String(Boolean(picture.face)) : undefined} ref=${frame} onScroll=${onScroll} tabindex=${zoom > 1 ? 0 : undefined} role="group" aria-label=${caption}>
      ${url ? html`<div class="compare-canvas"><img src=${url} alt=${caption} width=${width} height=${height} onLoad=${shown.onLoad} onError=${shown.onError} />
          ${picture?.face && width && html`<svg width=${width} height=${height} viewBox=${`0 0 ${picture.width} ${picture.height}`} aria-hidden="true"><rect class="compare-face" x=${picture.face.x} y=${picture.face.y} width=${picture.face.width} height=${picture.face.height} rx=${picture.face.width / 16} /></svg>`}</div>`
        : html`<${Missing} path=${path} error=${error} again=${again} />`}</div></figure>`;
}

/** left, right: {service, path, caption}; `zoom` 1 to 4 belongs to whoever shows it, so that keys can change it. */
export function Compare({ left, right, zoom, onZoom }) {
  const frames = [useRef(null), useRef(null)];
  const shown = [useShown(left), useShown(right)];
  const pictures = shown.map((one) => one.picture);
  const size = useSize(frames[0]);
  const scale = size ? scales(pictures, size, zoom) : [null, null];
  const leading = useLeader();
  const start = (i) => middle(pictures[i], scale[i], size);
  // The other side follows: by as much from its face where both are known, else in parts of its own length, for the photos differ in size.
  const follow = (i) => {
    const [a, b] = [frames[i].current, frames[1 - i].current];
    if (!a || !b || !scale[i] || !scale[1 - i]) return;
    if (pictures.every((picture) => picture.face)) {
      const [from, to] = [start(i), start(1 - i)];
      b.scrollTo(to.left + a.scrollLeft - from.left, to.top + a.scrollTop - from.top);
      return;
    }
    const part = (where, whole, seen) => (whole > seen ? where / (whole - seen) : 0);
    b.scrollTo(part(a.scrollLeft, a.scrollWidth, a.clientWidth) * (b.scrollWidth - b.clientWidth), part(a.scrollTop, a.scrollHeight, a.clientHeight) * (b.scrollHeight - b.clientHeight));
  };
  // Enlarging goes to each face; from there both are moved together.
  useLayoutEffect(() => {
    leading.rest();
    frames.forEach((frame, i) => scale[i] && frame.current.scrollTo(start(i).left, start(i).top));
  }, [zoom, scale[0], scale[1], pictures[0], pictures[1]]);
  const side = (i, { path, caption }) => html`<${Picture} path=${path} caption=${caption} shown=${shown[i]} zoom=${zoom} scale=${scale[i]} frame=${frames[i]} onScroll=${() => leading.is(i) && follow(i)} />`;
  return html`<div class="compare"><div class="compare-sides">${side(0, left)}${side(1, right)}</div>
    <div class="compare-tools"><${Button} kind="quiet" icon="minus" aria-label=${t("compare.smaller")} disabled=${zoom <= 1} onClick=${() => onZoom(zoom - 1)} />
      <span class="figures" role="status" aria-label=${t("compare.zoom")}>${t("compare.times", { n: number(zoom) })}</span>
      <${Button} kind="quiet" icon="plus" aria-label=${t("compare.larger")} disabled=${zoom >= MOST_ZOOM} onClick=${() => onZoom(zoom + 1)} /></div></div>`;
}

const FOLLOWS_MS = 150;

/** Only the side that a person scrolls leads; the one that follows, or is moved by the zoom, must not lead back. */
function useLeader() {
  const [leader] = useState({ side: null, until: 0 });
  return {
    is: (side) => {
      if (performance.now() < leader.until && leader.side !== side) return false;
      Object.assign(leader, { side, until: performance.now() + FOLLOWS_MS });
      return true;
    },
    rest: () => Object.assign(leader, { side: null, until: performance.now() + FOLLOWS_MS }),
  };
}
