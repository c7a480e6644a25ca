// Line icons drawn on a 24 px grid. Decorative: the word beside an icon says what it means.
import { html } from "../lib/html.js";

const PATHS = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  clock: "M12 7v5l3.5 2M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z",
  hourglass: "M7 3h10M7 21h10M8 3v4l4 5 4-5V3M8 21v-4l4-5 4 5v4",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  offline: "M3 3l18 18M8.5 6.2A7 7 0 0 1 18.6 10 4.5 4.5 0 0 1 20.8 17M17 18H7.5A4.5 4.5 0 0 1 6 9.2",
  spinner: "M12 3a9 9 0 1 1-9 9",
  enter: "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M4 12h11M11 8l4 4-4 4",
  leave: "M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M9 12h11M16 8l4 4-4 4",
  camera: "M4 8h3l2-3h6l2 3h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  face: "M4 8V6a2 2 0 0 1 2-2h2M16 4h2a2 2 0 0 1 2 2v2M20 16v2a2 2 0 0 1-2 2h-2M8 20H6a2 2 0 0 1-2-2v-2M9 10v1M15 10v1M9 15c1.8 1.4 4.2 1.4 6 0",
  pin: "M12 21s-6.5-5.6-6.5-11a6.5 6.5 0 0 1 13 0c0 5.4-6.5 11-6.5 11zM12 12.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  network: "M2.5 9a14 14 0 0 1 19 0M6 12.800a9 9 0 0 1 12 0M9.2 16.400a4.2 4.2 0 0 1 5.6 0M12 20h.01",
  code: "M5 4v16M9 4v16M12 4v16M16 4v16M19 4v16",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.500a3.5 3.5 0 0 1 0 6.500M18 14.500a6.5 6.5 0 0 1 3.5 5.5",
  today: "M5 5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM4 10h16M8 3v4M16 3v4",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01",
  language: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3.5 6 3.5 9S15 18 12 21c-3-3-3.5-6-3.5-9S9 6 12 3z",
  upload: "M12 16V4M7 9l5-5 5 5M4 20h16",
  chevron: "M6 9.500l6 6 6-6",
  key: "M14.5 14a5 5 0 1 0-4.3-2.400L3.500 18.300V21h2.700v-2.200h2.300v-2.300h2l2-2.400M16 8.500h.01",
  admin: "M5 7h9M18 7h1M5 17h1M10 17h9M16 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM5 12h4M13 12h6M11 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  refresh: "M20 12a8 8 0 1 1-2.5-5.800M20 3v4h-4",
};
const MIRRORED = new Set(["enter", "leave", "key"]);

/** More icons, and which of them point in the reading direction. */
export function addIcons(paths, mirrored = []) {
  Object.assign(PATHS, paths);
  mirrored.forEach((name) => MIRRORED.add(name));
}

export function Icon({ name, turn = false }) {
  const kind = `icon ${turn ? "icon-turn" : ""} ${MIRRORED.has(name) ? "icon-mirror" : ""}`;
  return html`<svg class=${kind} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}

/** The mark: an eight-pointed star, the tile of the countries the name comes from, ticked as present. */
export function Mark({ size = 32 }) {
  return html`<svg class="mark" width=${size} height=${size} viewBox="0 0 32 32" aria-hidden="true">
    <path class="mark-star" d="M16 1l4.4 4.400h6.200v6.200L31 16l-4.4 4.400v6.200h-6.200L16 31l-4.4-4.400H5.400v-6.200L1 16l4.4-4.400V5.400h6.200z" />
    <path class="mark-tick" d="M10.5 16.500l3.8 3.8 7.4-8" fill="none" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" />
  </svg>`;
}

/** The star-and-cross tiling of old Kashan walls, in thin lines; pure decoration, one repeated tile. */
export function Lattice({ id }) {
  return html`<svg class="lattice" aria-hidden="true" focusable="false">
    <defs><pattern id=${id} width="72" height="72" patternUnits="userSpaceOnUse">
      <path d="M36 0l10.5 10.500h15v15L72 36l-10.5 10.500v15h-15L36 72l-10.5-10.500h-15v-15L0 36l10.5-10.500v-15h15z" fill="none" />
    </pattern></defs>
    <rect width="100%" height="100%" fill=${`url(#${id})`} />
  </svg>`;
}
