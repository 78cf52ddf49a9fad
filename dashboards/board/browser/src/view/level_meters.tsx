/** How loud I am and how loud whoever I hear is: proof that both can be heard. Painted past React, 20 times a second. */
import { useEffect, useRef } from "react";
import { useStore } from "./context";

export function LevelMeters({ isLive, isMuted, other }: { isLive: boolean; isMuted: boolean; other: string }) {
  const store = useStore();
  const microphone = useRef<HTMLElement>(null);
  const caller = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!isLive) return;
    const off = store.onLevels((levels) => {
      paint(microphone.current, isMuted ? 0 : levels.microphone);
      paint(caller.current, levels.caller);
    });
    const [mine, theirs] = [microphone.current, caller.current];
    return () => {
      off();
      paint(mine, 0);
      paint(theirs, 0);
    };
  }, [store, isLive, isMuted]);
  return (
    <div className="levels" aria-hidden="true">
      <span>You</span>
      <i><b ref={microphone} /></i>
      <span>{other}</span>
      <i><b ref={caller} /></i>
    </div>
  );
}

function paint(bar: HTMLElement | null, level: number): void {
  bar?.style.setProperty("transform", `scaleX(${Math.min(1, Math.sqrt(level) * 1.2).toFixed(3)})`);
}
