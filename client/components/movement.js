// The one thing that a live check asks for, as a picture.
import { html } from "../lib/html.js";

/** The movement drawn: an arrow to the side (the preview is a mirror, so left is left), or a ring that grows or shrinks. `box` is the part of the picture it is drawn in. */
export function Movement({ kind, box = "0 0 100 75" }) {
  const shape = {
    turn_left: html`<path d="M36 36H14M22 28l-8 8 8 8" />`,
    turn_right: html`<path d="M64 36h22M78 28l8 8-8 8" />`,
    closer: html`<ellipse cx="50" cy="36" rx="24" ry="33" /><path d="M24 12l8 8M76 12l-8 8M24 60l8-8M76 60l-8-8" />`,
    farther: html`<ellipse cx="50" cy="36" rx="12" ry="17" /><path d="M36 22l-8-8M64 22l8-8M36 50l-8 8M64 50l8 8" />`,
  }[kind];
  return html`<svg class="camera-guide movement" data-kind=${kind} viewBox=${box} aria-hidden="true">${shape}</svg>`;
}
