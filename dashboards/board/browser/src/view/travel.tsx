/**
 * Motion that explains: a call that moves from one zone to another travels there, as it does in the hand.
 * What travels is a card in the air above the board, because zones cut off what leaves them; the real card is
 * in its place at once and can be pressed.
 */
import { Component, type ReactNode } from "react";
import type { BoardView, SeenCall } from "../board_view";
import { phoneNumber } from "../format";

const DURATION = 200;
const EASING = "cubic-bezier(0.2, 0.7, 0.2, 1)";
/** More than these at once is no move that an eye could follow. */
const MOST = 30;
/** On a board with more calls than these, looking where each was would cost frames, and nobody could follow. */
const CROWD = 80;

/** Where each call is: its place, as `selectorOf` reads it, and its words. */
export type Places = ReadonlyMap<string, { readonly place: string; readonly words: string }>;

export function placesOf({ live, mine, held, lot, recent }: BoardView): Places {
  const places = new Map<string, { place: string; words: string }>();
  const put = (call: Pick<SeenCall, "id" | "caller">, place: string) => places.set(call.id, { place, words: phoneNumber(call.caller) });
  const card = (zone: string, id: string) => `${zone} call ${id}`;
  for (const call of recent) put(call, card("recent", call.id));
  for (const call of live) {
    if (call.state === "ringing") put(call, card("incoming", call.id));
    else if (call.state === "forwarded") put(call, card("team", call.id));
    else if (call.agent_id) put(call, `team agent ${call.agent_id}`);
  }
  for (const { call } of lot) if (call) put(call, card("lot", call.id));
  for (const call of mine ? [mine, ...held] : held) put(call, card("mine", call.id));
  return places;
}

interface TravelProps {
  readonly places: Places;
  readonly children: ReactNode;
}

interface Departure {
  readonly id: string;
  readonly from: DOMRect;
}

/** A class, because only a class can look at the page just before it changes. */
export class Travel extends Component<TravelProps, object, readonly Departure[]> {
  override getSnapshotBeforeUpdate({ places: before }: TravelProps): readonly Departure[] {
    const { places } = this.props;
    if (before === places || places.size > CROWD || isStill()) return [];
    const moved = [...places].filter(([id, { place }]) => before.has(id) && before.get(id)!.place !== place);
    if (moved.length > MOST) return [];
    return moved.flatMap(([id]) => {
      const element = find(before.get(id)!.place);
      // What was dropped there by hand has travelled already.
      if (!element || element.classList.contains("dragged")) return [];
      const from = seen(element);
      return from ? [{ id, from }] : [];
    });
  }

  override componentDidUpdate(_: TravelProps, __: object, departures: readonly Departure[]): void {
    for (const { id, from } of departures) {
      const { place, words } = this.props.places.get(id)!;
      const element = find(place);
      const to = element && seen(element);
      if (to) fly(from, to, words);
    }
  }

  override render(): ReactNode {
    return this.props.children;
  }
}

let zones: HTMLElement | null = null;

/** The element in which the places are; the board may be drawn in a shadow root. */
export function travelIn(element: HTMLElement | null): void {
  zones = element;
}

function find(place: string): HTMLElement | null {
  return zones?.querySelector<HTMLElement>(selectorOf(place)) ?? null;
}

/** Made for the few that move: hundreds of places are noted with every event. */
function selectorOf(place: string): string {
  const [zone, kind, id] = place.split(" ") as [string, string, string];
  return `[data-zone=${zone}] [data-${kind}="${CSS.escape(id)}"]`;
}

function isStill(): boolean {
  return zones === null || typeof zones.animate !== "function" || matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Where an element is, if its middle can be seen: not scrolled away in its zone, nor below the window. */
function seen(element: HTMLElement): DOMRect | null {
  const rect = element.getBoundingClientRect();
  const x = rect.left + rect.width / 2;
  const y = rect.top + Math.min(rect.height / 2, 40);
  const isIn = ({ left, top, right, bottom }: Pick<DOMRect, "left" | "top" | "right" | "bottom">) => x >= left && x <= right && y >= top && y <= bottom;
  const zone = element.closest("[data-zone]")?.getBoundingClientRect();
  const window = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  return isIn(window) && (!zone || isIn(zone)) ? rect : null;
}

function fly(from: DOMRect, to: DOMRect, words: string): void {
  const ghost = document.createElement("div");
  ghost.className = "lifted travelling";
  ghost.setAttribute("aria-hidden", "true");
  ghost.dataset["words"] = words; // drawn by the style: no second text of the page
  zones!.append(ghost);
  const at = ({ left, top, width, height }: DOMRect) =>
    `translate(${Math.round(left + Math.min(width, 320) / 2)}px, ${Math.round(top + Math.min(height, 76) / 2)}px) translate(-50%, -50%)`;
  const flight = ghost.animate(
    [
      { transform: at(from), opacity: 0.6 },
      { opacity: 1, offset: 0.2 },
      { opacity: 1, offset: 0.75 },
      { transform: at(to), opacity: 0 },
    ],
    { duration: DURATION, easing: EASING, fill: "both" },
  );
  flight.onfinish = flight.oncancel = () => ghost.remove();
}
