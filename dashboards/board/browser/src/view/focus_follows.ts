/**
 * The focus follows a card: when the element that had it goes away because its call moved to another
 * zone, the call's new card gets it; when the call is over, the zone's heading does. From a call that
 * has gone on hold it goes on to the one that takes its place.
 */
import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";

interface Place {
  readonly element: HTMLElement;
  readonly callId: string;
  readonly zone: HTMLElement | null;
}

export function useFocusFollows(root: RefObject<HTMLElement | null>): void {
  const place = useRef<Place | null>(null);
  const inHand = useRef<string | undefined>(undefined);

  useEffect(() => {
    const host = root.current;
    if (!host) return;
    const arrived = ({ target }: FocusEvent) => {
      const element = target as HTMLElement;
      const callId = element.closest<HTMLElement>("[data-call]")?.dataset["call"];
      place.current = callId ? { element, callId, zone: element.closest<HTMLElement>("[data-zone]") } : null;
    };
    // A removed element loses the focus too; only one that is still there was left on purpose.
    const left = ({ target }: FocusEvent) => {
      queueMicrotask(() => {
        if (place.current?.element === target && (target as HTMLElement).isConnected) place.current = null;
      });
    };
    host.addEventListener("focusin", arrived);
    host.addEventListener("focusout", left);
    return () => {
      host.removeEventListener("focusin", arrived);
      host.removeEventListener("focusout", left);
    };
  }, [root]);

  useLayoutEffect(() => {
    const last = place.current;
    const host = root.current;
    const mine = host?.querySelector<HTMLElement>(".my-call");
    const isNew = mine?.dataset["call"] !== inHand.current;
    inHand.current = mine?.dataset["call"];
    if (mine && isNew && last?.element.isConnected && last.element.closest(".held-card")) {
      mine.querySelector<HTMLElement>("[data-card-focus]")?.focus();
      return;
    }
    if (!host || !last || (last.element.isConnected && !isDisabled(last.element))) return;
    place.current = null;
    const card = host.querySelector<HTMLElement>(`.zones [data-call="${CSS.escape(last.callId)}"]:not([data-outcome])`);
    const target = card?.querySelector<HTMLElement>("[data-card-focus]") ?? last.zone?.querySelector<HTMLElement>("h2");
    target?.focus();
  });
}

function isDisabled(element: HTMLElement): boolean {
  return element instanceof HTMLButtonElement && element.disabled;
}
