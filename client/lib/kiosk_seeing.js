// What a kiosk's camera sees of somebody: their face and, where the place asks whether they are there, one movement of it.
import { askChallenge } from "./challenge.js";
import { needsLiveness } from "./evidence.js";
import { SOON_MS } from "./kiosk_api.js";

export const FRAMES = 3;
const STRAIGHT = 2; // by these somebody is known: in the others the head is turned

/**
 * {frames, further?, challenge?} as `look` takes them, or null when `stopped()` said so. `show` is told the step that the person is
 * at: straight, move (of this `kind`), sent. Throws what the camera or the service refuses.
 */
export async function see({ place, alternative, takeFrames, takeMovement, stopped, show }) {
  if (!needsLiveness(place)) {
    const frames = await takeFrames(FRAMES, stopped);
    return frames && { frames };
  }
  const { challenge, kind, frames: count } = await askChallenge(alternative, { timeout: SOON_MS });
  if (stopped()) return null;
  show({ step: "straight", kind });
  const frames = await takeFrames(STRAIGHT, stopped);
  if (!frames) return null;
  show({ step: "move", kind });
  const further = await takeMovement(count.most - STRAIGHT, stopped);
  if (!further) return null;
  show({ step: "sent", kind });
  return { frames, further, challenge };
}
