/**
 * What I ask of the server, from the press to the answer and until it is seen. One call is in my hands: for
 * another one it is put on hold first.
 */
import type { Action } from "./board_state";
import { codeOf, detailOf, isSignedOut, type Commands } from "./commands";
import type { CallMove, Move } from "./moves";
import type { Screen } from "./screen";

/** What it needs of the rest of the board. */
export interface HandsParts {
  readonly commands: Pick<Commands, "carryOut">;
  readonly screen: () => Screen;
  readonly dispatch: (action: Action) => void;
  /** Something that no message tells of may have changed with what was granted. */
  readonly granted: () => Promise<void>;
  /** The board may be behind: ask the feed. */
  readonly askAgain: () => void;
  readonly signedOut: () => void;
  /** One call was put on hold and another one taken, or not. */
  readonly changed: () => void;
}

/** A granted move must be seen this soon; then the feed is asked, and at last the move is forgotten. */
const GRANT_SEEN_WITHIN = 2_000;
const GRANT_FORGOTTEN_AFTER = 8_000;

export class Hands {
  private moves = 0;
  private isChanging = false;

  constructor(private readonly parts: HandsParts) {}

  /** One call is being put on hold and another one taken: nobody else rings meanwhile. */
  get areChanging(): boolean {
    return this.isChanging;
  }

  move(move: Move): void {
    void this.tryMove(move);
  }

  /** A call for my hands: the one that is in them is put on hold first, and taken up again if the other is gone. */
  take(move: CallMove): void {
    const { mine } = this.parts.screen().view ?? {};
    if (this.isChanging) return;
    if (!mine || mine.id === move.callId) return this.move(move);
    void this.free(() => this.tryMove(move));
  }

  /**
   * Puts my talk on hold, if I am in one, and does that; what was put on hold is taken up again if it was not to be.
   * False if there was nothing to be done. A second press is the first one.
   */
  async free(act: () => Promise<boolean>): Promise<boolean> {
    if (this.isChanging) return false;
    this.isChanging = true;
    try {
      const { mine } = this.parts.screen().view ?? {};
      if (mine && !(await this.tryMove({ kind: "set-aside", callId: mine.id }))) return false;
      const isDone = await act();
      if (mine && !isDone) this.move({ kind: "resume", callId: mine.id });
      return isDone;
    } finally {
      this.isChanging = false;
      this.parts.changed();
    }
  }

  /** Whether it was granted; a refusal is told. */
  private async tryMove(move: Move): Promise<boolean> {
    this.moves += 1;
    const id = `move-${this.moves}`;
    this.parts.dispatch({ type: "move-started", id, move, now: Date.now() });
    try {
      const rev = await this.parts.commands.carryOut(move);
      await this.parts.granted();
      this.parts.dispatch({ type: "move-granted", id, rev });
      this.expectToSee(id);
      return true;
    } catch (problem) {
      if (isSignedOut(problem)) this.parts.signedOut();
      else {
        this.parts.dispatch({ type: "move-refused", id, refusal: { code: codeOf(problem), detail: detailOf(problem) } });
        this.parts.askAgain();
      }
      return false;
    }
  }

  private expectToSee(id: string): void {
    const isOpen = () => this.parts.screen().board.pending.some((pending) => pending.id === id);
    setTimeout(() => isOpen() && this.parts.askAgain(), GRANT_SEEN_WITHIN);
    setTimeout(() => isOpen() && this.parts.dispatch({ type: "move-forgotten", id }), GRANT_FORGOTTEN_AFTER);
  }
}
