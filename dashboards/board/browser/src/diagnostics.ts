/**
 * `globalThis.__patchbay`: what the board believes, to be read from a browser's console or from a test.
 * It changes nothing; no part of the product reads it.
 */
import type { BoardStore } from "./store";
import type { Agent, Call } from "./wire";

export interface Diagnostics {
  /** The server's truth as this page holds it, without pending moves. Null before the first snapshot. */
  state(): {
    readonly number: number;
    readonly me: string;
    readonly slots: number;
    readonly calls: readonly Call[];
    readonly agents: readonly Agent[];
    readonly recent: readonly Call[];
    readonly pending: number;
    readonly line: string;
    readonly stale: string | null;
  } | null;
  /** The voice call of this tab, if it has one. */
  voice(): {
    readonly status: string;
    readonly callId: string;
    readonly muted: boolean;
    readonly remoteStream: MediaStream | null;
  } | null;
}

export function exposeDiagnostics(store: BoardStore): void {
  const diagnostics: Diagnostics = {
    state() {
      const { truth, pending, line, stale } = store.current().board;
      if (!truth) return null;
      const { number, me, slots, calls, agents, recent } = truth;
      return {
        number, me, slots, recent, line,
        calls: Object.values(calls),
        agents: Object.values(agents),
        pending: pending.length,
        stale: stale?.detail ?? null,
      };
    },
    voice() {
      const { voice, muted } = store.current().phone;
      return voice && { status: voice.status, callId: voice.callId, muted, remoteStream: store.remoteStream() };
    },
  };
  Object.defineProperty(globalThis, "__patchbay", { value: Object.freeze(diagnostics), configurable: true });
}
