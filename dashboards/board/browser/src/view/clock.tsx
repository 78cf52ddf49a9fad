import { useLayoutEffect, useRef } from "react";
import { onTick } from "../clock";
import { duration, isoDuration } from "../format";
import { useStore } from "./context";
import { whileSeen } from "./while_seen";

/**
 * How long ago something began, counting up. Written past React: a busy board has hundreds of clocks, and each
 * second only those that are seen change.
 */
export function Elapsed({ since, className }: { since: string | number; className?: string }) {
  const store = useStore();
  const clock = useRef<HTMLTimeElement>(null);
  useLayoutEffect(() => {
    const element = clock.current;
    if (!element) return;
    const begun = Math.floor((typeof since === "number" ? since : Date.parse(since)) / 1000) * 1000;
    const write = () => {
      const elapsed = Math.floor(store.now() / 1000) * 1000 - begun;
      const words = duration(elapsed);
      if (element.textContent === words) return;
      element.textContent = words;
      element.dateTime = isoDuration(elapsed);
    };
    write();
    return whileSeen(element, () => {
      write();
      return onTick(write);
    });
  }, [store, since]);
  return <time ref={clock} className={`clock ${className ?? ""}`} />;
}
