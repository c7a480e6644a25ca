// What the camera should see, asked of the service while it runs: one question at a time, each after the last answer.
import { capture } from "./camera.js";
import { judge } from "./face.js";
import { useEffect, useState } from "./html.js";

const PAUSE_MS = 500;
const REST_MS = 5000;
const EDGE = 640; // enough to judge by; the photo itself is taken whole

/** starting | good | off | the code of what is to be put right first. `off`: the service does not answer, which stops nobody. */
export function useGuide(video, ready) {
  const [hint, setHint] = useState("starting");
  useEffect(() => {
    if (!ready) return undefined;
    let alive = true;
    let timer = null;
    const ask = async () => {
      let pause = PAUSE_MS;
      try {
        const { acceptable, reasons } = await judge(await capture(video.current, EDGE));
        if (alive) setHint(acceptable ? "good" : reasons[0]);
      } catch (error) {
        if (alive) setHint("off");
        pause = error.retryAfter ? error.retryAfter * 1000 : REST_MS;
      }
      if (alive) timer = setTimeout(ask, pause);
    };
    ask();
    return () => {
      alive = false;
      clearTimeout(timer);
    };
  }, [ready]);
  return hint;
}
