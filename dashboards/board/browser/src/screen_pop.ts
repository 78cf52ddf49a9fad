/**
 * What whoever I talk with called about before. It is asked for by the one agent who has the call, not by
 * all at whom it rings: the server that answers them answers the carrier too.
 */
import type { Call, EarlierCalls, Note } from "./wire";

export interface Earlier {
  readonly callId: string;
  /** Newest first. */
  readonly calls: readonly Call[];
  readonly notes: readonly Note[];
}

export class ScreenPop {
  private callId: string | null = null;

  constructor(
    private readonly ask: (callId: string) => Promise<EarlierCalls>,
    private readonly changed: (earlier: Earlier | null) => void,
  ) {}

  /** The call that is mine, or null. */
  follow(callId: string | null): void {
    if (callId === this.callId) return;
    this.callId = callId;
    this.changed(null);
    if (callId === null) return;
    this.ask(callId).then(
      ({ calls, notes }) => this.callId === callId && this.changed({ callId, calls, notes }),
      () => undefined, // a convenience: the call goes on without it
    );
  }
}
