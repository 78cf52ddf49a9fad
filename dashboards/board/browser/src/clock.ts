/** One timer for every clock on the page, so that all of them tick together. */

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Every clock looks at once: the time has jumped. */
export function tickNow(): void {
  listeners.forEach((tell) => tell());
}

export function onTick(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tickNow, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
