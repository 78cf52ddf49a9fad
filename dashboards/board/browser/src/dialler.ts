/**
 * Calling out: what stands in the dial pad, what the server reads in it, the call being asked for, and the
 * one that came to nothing. A wish has one request id until the server has answered it, so that asking again
 * after a silence is never a second call.
 */
import { detailOf, isSignedOut, Refused } from "./commands";
import type { BoardView } from "./board_view";
import { wayOut } from "./conference";
import { isBeingCalled, isDiallable, isOutbound, outsideNumber } from "./parties";
import { isInHand, type Truth } from "./truth";
import type { Call, CallOut, Dialling, Reading } from "./wire";

export interface DialState {
  readonly isOpen: boolean;
  /** How often it was opened: each time the field gets the focus. */
  readonly openings: number;
  readonly text: string;
  /** Whether the company calls out, and why that is not known. */
  readonly dialling: Dialling | null;
  readonly unknown: string | null;
  /** Asked for, and not on the board yet. */
  readonly placing: { readonly number: string; readonly callId: string | null } | null;
  /** Why the last wish was refused; gone as soon as something else is typed. */
  readonly refused: string | null;
  /** My last call, if nobody took it: shown for a while. */
  readonly over: Call | null;
}

/** What it needs of the rest of the board. */
export interface DiallerParts {
  readonly commands: {
    dialling(): Promise<Dialling>;
    reading(text: string): Promise<Reading>;
    callOut(wish: CallOut): Promise<{ readonly call_id: string }>;
  };
  readonly changed: (state: DialState) => void;
  /** False if whoever is called could not hear me. */
  readonly mayBeHeard: () => Promise<boolean>;
  readonly signedOut: () => void;
  readonly truth: () => Truth | null;
  /** Puts my talk on hold, if I am in one, does that, and takes it up again if it is not to be. */
  readonly withHandsFree: (act: () => Promise<boolean>) => Promise<boolean>;
  readonly newRequest?: () => string;
}

export const NO_DIAL: DialState = { isOpen: false, openings: 0, text: "", dialling: null, unknown: null, placing: null, refused: null, over: null };

const OVER_SHOWN = 30_000;
/** The board shows a call within milliseconds; a longer wait is for one that will not come. */
const PLACING_SHOWN = 8_000;
const READINGS_KEPT = 100;
const CAME_TO_NOTHING = new Set(["busy", "no_answer", "failed", "rejected"]);

export class Dialler {
  private state = NO_DIAL;
  private wish: CallOut | null = null;
  /** The wish that the server has not answered and the board has not shown. */
  private asking: CallOut | null = null;
  private overTimer: ReturnType<typeof setTimeout> | undefined;
  private placingTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly readings = new Map<string, Promise<Reading>>();

  constructor(private readonly parts: DiallerParts) {}

  /** Opens the dial pad, with that number in it if there is one; else with what was left in it. */
  open(number?: string): void {
    if (number !== undefined) this.wish = null;
    this.show({ isOpen: true, openings: this.state.openings + 1, ...(number === undefined ? {} : { text: number, refused: null }) });
    void this.askWhether();
  }

  close(): void {
    this.show({ isOpen: false });
  }

  type(text: string): void {
    this.wish = null;
    this.show({ text, refused: null });
  }

  /** How the server reads that text; the same text is asked once. */
  read(text: string): Promise<Reading> {
    const known = this.readings.get(text);
    if (known) return known;
    const reading = this.parts.commands.reading(text);
    this.readings.set(text, reading);
    // A refusal may be over soon ("too many calls in the last minute"): it is asked again.
    const forget = () => this.readings.delete(text);
    reading.then(({ refusal }) => refusal && forget(), (problem: unknown) => (forget(), this.minds(problem)));
    if (this.readings.size > READINGS_KEPT) this.readings.delete(this.readings.keys().next().value!);
    return reading;
  }

  /** Whether calling out is switched on, asked anew whenever it is about to be used. */
  async askWhether(): Promise<void> {
    try {
      const dialling = await this.parts.commands.dialling();
      if (JSON.stringify(dialling) !== JSON.stringify(this.state.dialling)) this.readings.clear();
      this.show({ dialling, unknown: null });
    } catch (problem) {
      if (!this.minds(problem)) this.show({ unknown: detailOf(problem) });
    }
  }

  async call(number: string, callerId: string | null): Promise<void> {
    if (this.state.placing) return;
    this.show({ placing: { number, callId: null }, refused: null });
    const isMade = (await this.parts.mayBeHeard()) && (await this.parts.withHandsFree(() => this.place(number, callerId)));
    if (!isMade) this.show({ placing: null });
  }

  /** Whether the call is there. */
  private async place(number: string, callerId: string | null): Promise<boolean> {
    const wish = (this.asking = this.wishFor(number, callerId));
    try {
      const { call_id: callId } = await this.parts.commands.callOut(wish);
      this.wish = null;
      this.forgetOver();
      this.show({ placing: { number, callId }, isOpen: false, text: "" });
      clearTimeout(this.placingTimer);
      this.placingTimer = setTimeout(() => this.show({ placing: null }), PLACING_SHOWN);
      this.follow(null, this.parts.truth()); // the feed may have been faster than the answer
      return true;
    } catch (problem) {
      if (this.minds(problem)) return false;
      // Nobody knows what became of it if the server broke off or was silent: the next try is the same wish.
      const isAnswered = problem instanceof Refused && problem.status >= 400 && problem.status < 500;
      if (this.asking !== wish) return true; // the board has shown the call meanwhile
      if (isAnswered) this.wish = null;
      this.show({ placing: null, isOpen: true, openings: this.state.openings + 1, text: number, refused: detailOf(problem) });
      return false;
    } finally {
      if (this.asking === wish) this.asking = null;
    }
  }

  forgetOver(): void {
    clearTimeout(this.overTimer);
    if (this.state.over) this.show({ over: null });
  }

  /** The board has changed: is the call that I asked for there, has one come to nothing? */
  follow(before: Truth | null, after: Truth | null): void {
    if (!after || before === after) return;
    if (this.asking !== null && isNew(before, after, this.asking.number)) {
      // It is there, whatever became of the answer.
      this.wish = this.asking = null;
      this.show({ placing: null, isOpen: false, text: "" });
    }
    const { placing } = this.state;
    const placed = placing?.callId ? (after.calls[placing.callId] ?? endedIn(after, placing.callId)) : undefined;
    if (placed) {
      clearTimeout(this.placingTimer);
      this.show({ placing: null });
    }
    const mine = before ? Object.values(before.calls).find((call) => isOutbound(call) && isBeingCalled(call) && isInHand(call, before.me)) : undefined;
    const ended = mine ? endedIn(after, mine.id) : placed?.state === "ended" ? placed : undefined;
    if (ended && CAME_TO_NOTHING.has(ended.end_reason ?? "")) this.tellOver(ended);
    else if (this.state.over && Object.values(after.calls).some((call) => isInHand(call, after.me))) this.forgetOver();
  }

  private tellOver(over: Call): void {
    this.show({ over });
    clearTimeout(this.overTimer);
    this.overTimer = setTimeout(() => this.show({ over: null }), OVER_SHOWN);
  }

  private wishFor(number: string, callerId: string | null): CallOut {
    // Whoever types something else has forgotten it; that it reads as E.164 by now is no other wish.
    const isSame = this.wish !== null && (callerId === null || this.wish.caller_id === null || this.wish.caller_id === callerId);
    if (!this.wish || !isSame) {
      const request = (this.parts.newRequest ?? (() => crypto.randomUUID()))();
      this.wish = { request, number, caller_id: callerId };
    }
    return this.wish;
  }

  private minds(problem: unknown): boolean {
    if (isSignedOut(problem)) this.parts.signedOut();
    return isSignedOut(problem);
  }

  private show(change: Partial<DialState>): void {
    this.state = { ...this.state, ...change };
    this.parts.changed(this.state);
  }
}

/** A call that I make to that number, and that was not there before. */
function isNew(before: Truth | null, after: Truth, number: string): boolean {
  const isIt = (call: Call) => isOutbound(call) && call.caller === number && isInHand(call, after.me);
  return Object.values(after.calls).some((call) => isIt(call) && !before?.calls[call.id]);
}

function endedIn(truth: Truth, callId: string): Call | undefined {
  return truth.recent.find(({ id }) => id === callId);
}

/** Our number that is shown to whoever is called: the one chosen before, if it is still ours. */
export function callerIdOf(dialling: Dialling | null, chosen: string | null): string | null {
  const ours = dialling?.caller_ids ?? [];
  return chosen !== null && ours.includes(chosen) ? chosen : (ours[0] ?? null);
}

/** Why nobody can be called now, whatever the number is. */
export function whyNoCall({ dialling, unknown }: DialState, view: BoardView): string | null {
  if (view.mine && view.takes === null) return `You are on a call. ${wayOut(view.mine, view.mine.agent_id === view.me?.agent.id)}, then call.`;
  if (view.held.length > 0 && view.takes === null && !view.monitored) return "Too many callers wait on hold for you. Talk to one of them, or park one, then call.";
  if (view.monitored) return "You listen to a call. Leave it, then call.";
  if (dialling && !dialling.enabled) return dialling.why_not ?? "Calling out is switched off for your company.";
  return dialling ? null : unknown;
}

export interface RecentNumber {
  readonly number: string;
  readonly call: Call;
}

/** Whom one may want to call: who was last on the line, then who is on it; each number once. */
export function recentNumbers({ live, recent }: BoardView, most: number, except: string | null = null): readonly RecentNumber[] {
  const seen = new Map<string, Call>();
  for (const call of [...recent, ...[...live].reverse()]) {
    for (const number of [call.caller, outsideNumber(call)]) {
      if (number && number !== except && isDiallable(number) && !seen.has(number)) seen.set(number, call);
    }
  }
  return [...seen].slice(0, most).map(([number, call]) => ({ number, call }));
}
