// One action of a person and what has become of it: under way, failed, done. Shared by every form and dialog.
import { useEffect, useRef, useState } from "./html.js";
import { toast } from "./toasts.js";

const IDLE = { busy: false, error: null };

/** {busy, error, run, clear}; `run(work, done)` answers what `work` answered, undefined when it failed. */
export function useWork(reload) {
  const [state, setState] = useState(IDLE);
  const running = useRef(false);
  const alive = useAlive();
  const run = async (work, done) => {
    if (running.current) return undefined;
    running.current = true;
    setState({ busy: true, error: null });
    try {
      const answer = (await work()) ?? true;
      await reload?.();
      if (alive.current) setState(IDLE);
      if (done) toast(done);
      return answer;
    } catch (error) {
      if (alive.current) setState({ busy: false, error });
      return undefined;
    } finally {
      running.current = false;
    }
  };
  return { ...state, run, clear: () => setState(IDLE) };
}

export function useAlive() {
  const alive = useRef(true);
  useEffect(() => () => {
    alive.current = false;
  }, []);
  return alive;
}

/** A form's submit handler over `useWork`. */
export function useForm(submit) {
  const { busy, error, run, clear } = useWork();
  const onSubmit = (event) => {
    event.preventDefault();
    run(submit);
  };
  return { busy, error, onSubmit, clear };
}

/** Whole seconds until what was throttled may be tried again; counts down to 0. */
export function useWait(error) {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const until = Date.now() + (error?.status === 429 ? (error.retryAfter ?? 30) : 0) * 1000;
    const count = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    count();
    if (until <= Date.now()) return undefined;
    const timer = setInterval(count, 1000);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}
