/**
 * What the views draw from while a past day is played: a board and a time, both given from outside. It has no
 * feed, no phone and no way to the server, so nothing that is drawn from it can do anything.
 */
import { initialState } from "./board_state";
import { viewOf } from "./board_view";
import { tickNow } from "./clock";
import { initialScreen, type Screen } from "./screen";
import type { Store } from "./store";
import { fromSnapshot, type Truth } from "./truth";
import type { Snapshot } from "./wire";

export class ReplayStore {
  private screen: Screen = withoutKeys(initialScreen());
  private readonly listeners = new Set<() => void>();
  private clock = { at: 0, seenAt: 0, pace: 0 };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): Screen => this.screen;

  /** The time that is played, in ms. */
  readonly now = (): number => this.clock.at + (Date.now() - this.clock.seenAt) * this.clock.pace;

  /** It is that time now, and so many seconds go by in one of ours; none while it stands still. */
  goOnFrom(at: number, pace: number): void {
    this.clock = { at, seenAt: Date.now(), pace };
    tickNow();
  }

  show(snapshot: Snapshot): void {
    const truth = keeping(this.screen.board.truth, fromSnapshot(snapshot));
    const board = { ...initialState, truth, line: "open" as const };
    this.screen = { ...this.screen, board, view: viewOf(board, true) };
    this.listeners.forEach((tell) => tell());
  }
}

/** For views that were made for a board on which one may wish for something: here nothing comes of it. */
export function commandless(store: ReplayStore): Store {
  return new Proxy(store, { get: (known, name) => Reflect.get(known, name) ?? nothing }) as unknown as Store;
}

const nothing: unknown = new Proxy(() => nothing, { get: (_, name) => (name === "then" ? undefined : nothing) });

function withoutKeys(screen: Screen): Screen {
  return { ...screen, preferences: { ...screen.preferences, singleKeys: false } };
}

/** Cards of the same revision are the same value, so that they are not drawn again each second. */
function keeping(before: Truth | null, after: Truth): Truth {
  if (!before) return after;
  return {
    ...after,
    calls: sameWhereUnchanged(before.calls, after.calls),
    agents: sameWhereUnchanged(before.agents, after.agents),
    recent: after.recent.map((call) => same(before.recent.find(({ id }) => id === call.id), call)),
  };
}

type Card = { readonly id: string; readonly rev: number };

function sameWhereUnchanged<C extends Card>(before: Readonly<Record<string, C>>, after: Readonly<Record<string, C>>): Record<string, C> {
  return Object.fromEntries(Object.entries(after).map(([id, card]) => [id, same(before[id], card)]));
}

function same<C extends Card>(before: C | undefined, after: C): C {
  return before?.rev === after.rev && after.rev > 0 ? before : after;
}
