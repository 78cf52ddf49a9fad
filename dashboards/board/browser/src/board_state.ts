/**
 * Everything the board knows, as one value and one pure reducer: the server's truth, my pending moves
 * laid over it, the state of the line to the server, and what the agent has to be told.
 */
import { isCallMove, isOver, isPresenceMove, type Move, type PendingMove } from "./moves";
import { newsOf } from "./news";
import { applyEvent, fromSnapshot, type Truth } from "./truth";
import type { BoardEvent, Call, Me, Monitor, Snapshot } from "./wire";

/** Why a command was not carried out. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

export interface Notice {
  readonly id: string;
  readonly tone: "problem" | "news";
  readonly title: string;
  readonly detail: string;
}

/** A call that rang for me and no longer does: its card says why for a few seconds. */
export interface PassingCall {
  readonly call: Call;
  readonly reason: { readonly kind: "taken"; readonly by: string } | { readonly kind: "left" } | { readonly kind: "unanswered" };
}

export type LineStatus = "connecting" | "open" | "lost";

export interface BoardState {
  readonly me: Me | null;
  readonly truth: Truth | null;
  readonly pending: readonly PendingMove[];
  readonly passing: readonly PassingCall[];
  readonly notices: readonly Notice[];
  /** Who monitors which call, for a supervisor whose company keeps it off the cards; null: the cards tell. */
  readonly hiddenMonitors: Readonly<Record<string, readonly Monitor[]>> | null;
  /** A call that is over and that I write about once more. */
  readonly reopened: string | null;
  readonly line: LineStatus;
  /** Set while what is shown may be out of date: why, and since when (server time, ms). */
  readonly stale: { readonly detail: string; readonly since: number } | null;
  /** Server clock minus this machine's clock, ms. */
  readonly clockOffset: number;
}

export type Action =
  | { readonly type: "signed-in"; readonly me: Me }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot; readonly now: number }
  | { readonly type: "event"; readonly event: BoardEvent }
  | { readonly type: "line"; readonly line: LineStatus; readonly now: number }
  | { readonly type: "stale"; readonly detail: string; readonly now: number }
  | { readonly type: "live" }
  | { readonly type: "move-started"; readonly id: string; readonly move: Move; readonly now: number }
  | { readonly type: "move-granted"; readonly id: string; readonly rev: number }
  | { readonly type: "move-refused"; readonly id: string; readonly refusal: Refusal }
  | { readonly type: "move-forgotten"; readonly id: string }
  | { readonly type: "monitors"; readonly hidden: BoardState["hiddenMonitors"] }
  | { readonly type: "reopened"; readonly callId: string | null }
  | { readonly type: "passing-over"; readonly callId: string }
  | { readonly type: "noticed"; readonly notice: Notice }
  | { readonly type: "notice-dismissed"; readonly id: string };

export const initialState: BoardState = {
  me: null,
  truth: null,
  pending: [],
  passing: [],
  notices: [],
  hiddenMonitors: null,
  reopened: null,
  line: "connecting",
  stale: null,
  clockOffset: 0,
};

export const LINE_LOST = "The line to the server was lost. Calls in progress go on; trying again by itself.";

export function reduce(state: BoardState, action: Action): BoardState {
  switch (action.type) {
    case "signed-in":
      return { ...state, me: action.me };
    case "snapshot": {
      const truth = fromSnapshot(action.snapshot, state.truth?.early);
      const clockOffset = Date.parse(action.snapshot.at) - action.now;
      return withTruth({ ...state, stale: null, clockOffset }, truth);
    }
    case "event":
      return state.truth ? withNews(withTruth(state, applyEvent(state.truth, action.event)), state, action.event) : state;
    case "monitors":
      return { ...state, hiddenMonitors: action.hidden };
    case "reopened":
      return { ...state, reopened: action.callId };
    case "line":
      return withLine(state, action.line, action.now);
    case "stale":
      return { ...state, stale: { detail: action.detail, since: staleSince(state, action.now) } };
    case "live":
      return { ...state, stale: null };
    case "move-started":
      return startMove(state, action.id, action.move, action.now);
    case "move-granted":
      return prune({
        ...state,
        pending: state.pending.map((pending) =>
          pending.id === action.id ? { ...pending, settledRev: action.rev } : pending,
        ),
      });
    case "move-refused":
      return refuseMove(state, action.id, action.refusal);
    case "move-forgotten":
      return { ...state, pending: without(state.pending, action.id) };
    case "passing-over":
      return { ...state, passing: state.passing.filter(({ call }) => call.id !== action.callId) };
    case "noticed":
      return withNotice(state, action.notice);
    case "notice-dismissed":
      return { ...state, notices: without(state.notices, action.id) };
  }
}

function withTruth(state: BoardState, truth: Truth): BoardState {
  if (truth === state.truth) return state;
  return prune({ ...state, truth, passing: passingAfter(state, truth) });
}

/** What an event says that no card shows. */
function withNews(state: BoardState, before: BoardState, event: BoardEvent): BoardState {
  const news = before.truth && state.truth && newsOf(before.truth, state.truth, before.pending, event);
  return news ? withNotice(state, news) : state;
}

/** Which calls have just stopped ringing for me, and why; one that rings again is no longer passing. */
function passingAfter(state: BoardState, truth: Truth): readonly PassingCall[] {
  const before = state.truth;
  const still = state.passing.filter(({ call }) => truth.calls[call.id]?.state !== "ringing" && truth.calls[call.id]?.state !== "held");
  if (!before) return still;
  const stopped: PassingCall[] = [];
  for (const call of Object.values(before.calls)) {
    const now = truth.calls[call.id];
    const rang = (call.state === "ringing" || call.state === "held") && call.offered_to.includes(truth.me);
    const waitedForMe = call.state === "held" && call.agent_id === truth.me;
    if (now === call || !(rang || waitedForMe)) continue;
    if (!now && isEndedByMe(state, call)) continue;
    if (!now) stopped.push({ call, reason: { kind: wasGivenUp(truth, call) ? "unanswered" : "left" } });
    else if (now.agent_id !== null && now.agent_id !== truth.me && now.agent_id !== call.agent_id) {
      stopped.push({ call, reason: { kind: "taken", by: now.agent_id } });
    }
  }
  return stopped.length > 0 ? [...still, ...stopped] : still.length === state.passing.length ? state.passing : still;
}

function isEndedByMe({ pending }: BoardState, call: Call): boolean {
  return pending.some(({ move }) => move.kind === "hang-up" && move.callId === call.id);
}

/** Not the caller, but the time that a call may ring, has ended it. */
function wasGivenUp(truth: Truth, call: Call): boolean {
  const ended = truth.recent.find(({ id }) => id === call.id);
  return ended?.end_reason === "no_answer" || (ended?.end_reason === "failed" && call.answered_at !== null);
}

function withLine(state: BoardState, line: LineStatus, now: number): BoardState {
  if (line === "open") return { ...state, line };
  if (!state.truth) return { ...state, line };
  return { ...state, line, stale: { detail: LINE_LOST, since: staleSince(state, now) } };
}

function staleSince(state: BoardState, now: number): number {
  return state.stale?.since ?? now + state.clockOffset;
}

function startMove(state: BoardState, id: string, move: Move, now: number): BoardState {
  const since = new Date(now + state.clockOffset).toISOString();
  const others = state.pending.filter((pending) => !isSameThing(pending.move, move));
  return { ...state, pending: [...others, { id, move, since, settledRev: null }] };
}

function isSameThing(a: Move, b: Move): boolean {
  if (isCallMove(a) && isCallMove(b)) return a.callId === b.callId;
  return isPresenceMove(a) ? isPresenceMove(b) : a.kind === b.kind;
}

/** A refusal of a move that the server has already shown, or that was replaced, says nothing new. */
function refuseMove(state: BoardState, id: string, refusal: Refusal): BoardState {
  const refused = state.pending.find((pending) => pending.id === id);
  if (!refused) return state;
  const pending = without(state.pending, id);
  const notice: Notice = { id, tone: "problem", title: REFUSED[refused.move.kind], detail: refusal.detail };
  return withNotice({ ...state, pending }, notice);
}

const REFUSED: Record<Move["kind"], string> = {
  claim: "The call was not answered",
  decline: "The call was not declined",
  park: "The call was not parked",
  "pick-up": "The call was not picked up",
  "hang-up": "The call was not ended",
  hold: "The caller was not put on hold",
  resume: "The caller is still on hold",
  "set-aside": "The caller was not put on hold",
  transfer: "The call was not handed over",
  consult: "Your colleague was not asked",
  "talk-with": "Nothing changed for the others",
  "cancel-consult": "Your colleague is still in the call",
  complete: "The call was not handed over",
  "let-go": "They are still in the call",
  monitor: "You do not listen to the call",
  "change-mode": "Nothing changed in who hears you",
  "leave-monitoring": "You are still in the call",
  "take-over": "The call was not taken over",
  "ask-help": "Nobody was asked for help",
  "take-help-back": "You still ask for help",
  presence: "Your presence did not change",
  dispose: "The disposition was not saved",
  "finish-wrap-up": "Your wrap-up was not finished",
};

const MOST_NOTICES = 3;

function withNotice(state: BoardState, notice: Notice): BoardState {
  const others = state.notices.filter(
    ({ title, detail }) => title !== notice.title || detail !== notice.detail,
  );
  return { ...state, notices: [...others, notice].slice(-MOST_NOTICES) };
}

function prune(state: BoardState): BoardState {
  const { truth, pending } = state;
  if (!truth || pending.length === 0) return state;
  const left = pending.filter((move) => !isOver(move, truth));
  return left.length === pending.length ? state : { ...state, pending: left };
}

function without<T extends { readonly id: string }>(rows: readonly T[], id: string): readonly T[] {
  return rows.filter((row) => row.id !== id);
}
