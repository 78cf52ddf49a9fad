/**
 * Pending moves: what I asked for and the server has not shown yet. They are laid over the truth, never
 * mixed into it, so a refusal is undone by forgetting the move.
 */
import { isConference, leftTalking, talksWithAll, withConsultedAsGuest } from "./conference";
import { consultOf } from "./parties";
import type { Truth } from "./truth";
import { callOf, dispositionOf, isAsked, isInHand } from "./truth";
import type { Agent, Call, Consult, Monitor, MonitorMode, TalkWith, Transfer } from "./wire";

/** Whom a call is handed to, or who is asked into it: a colleague, or an outside number as it was typed. */
export type Target = { readonly to: string } | { readonly number: string };

/** A call can also be handed to a team: it rings at everybody of it who is free. */
export type HandOver = Target | { readonly team: string };

export type CallMove =
  | { readonly kind: "claim"; readonly callId: string }
  | { readonly kind: "decline"; readonly callId: string }
  | { readonly kind: "park"; readonly callId: string; readonly slot: number | null }
  | { readonly kind: "pick-up"; readonly callId: string }
  | { readonly kind: "hang-up"; readonly callId: string }
  | { readonly kind: "hold"; readonly callId: string }
  | { readonly kind: "resume"; readonly callId: string }
  | { readonly kind: "set-aside"; readonly callId: string }
  | ({ readonly kind: "transfer"; readonly callId: string } & HandOver)
  | ({ readonly kind: "consult"; readonly callId: string } & Target)
  | { readonly kind: "talk-with"; readonly callId: string; readonly talkWith: TalkWith }
  | { readonly kind: "cancel-consult"; readonly callId: string }
  | { readonly kind: "complete"; readonly callId: string }
  /** A guest of my conference; or me, if I am one. */
  | { readonly kind: "let-go"; readonly callId: string; readonly guest: string }
  | SupervisorMove
  | { readonly kind: "ask-help"; readonly callId: string }
  | { readonly kind: "take-help-back"; readonly callId: string };

export type SupervisorMove =
  | { readonly kind: "monitor"; readonly callId: string; readonly mode: MonitorMode }
  | { readonly kind: "change-mode"; readonly callId: string; readonly mode: MonitorMode }
  | { readonly kind: "leave-monitoring"; readonly callId: string }
  | { readonly kind: "take-over"; readonly callId: string };

export type PresenceMove =
  | { readonly kind: "presence"; readonly status: "available" | "away"; readonly reason: string | null }
  | { readonly kind: "finish-wrap-up" };

/** Says how a call went, which may be over; it stands in the way of no other move. */
export type DisposeMove = { readonly kind: "dispose"; readonly of: string; readonly disposition: string };

export type Move = CallMove | PresenceMove | DisposeMove;

export interface PendingMove {
  readonly id: string;
  readonly move: Move;
  /** Server time at which it began, ISO. */
  readonly since: string;
  /** The revision the server gave the change, once it has answered. */
  readonly settledRev: number | null;
}

export function isCallMove(move: Move): move is CallMove {
  return "callId" in move;
}

export function isPresenceMove(move: Move): move is PresenceMove {
  return move.kind === "presence" || move.kind === "finish-wrap-up";
}

/** Over when the revision the server answered with has arrived, or the thing moved is gone. */
export function isOver(pending: PendingMove, truth: Truth): boolean {
  const { move, settledRev } = pending;
  if (isCallMove(move)) {
    const call = truth.calls[move.callId];
    if (!call) return true;
    return isShown(move, call, truth.me) || (settledRev !== null && call.rev >= settledRev);
  }
  if (move.kind === "dispose") {
    const call = callOf(truth, move.of);
    if (!call) return settledRev !== null;
    return dispositionOf(call, truth.me) === move.disposition || (settledRev !== null && call.rev >= settledRev);
  }
  const agent = truth.agents[truth.me];
  if (!agent) return false;
  return isChosen(move, agent) || (settledRev !== null && agent.rev >= settledRev);
}

function isChosen(move: PresenceMove, { status, wanted, reason }: Agent): boolean {
  if (move.kind === "finish-wrap-up") return status !== "wrap_up";
  return wanted === move.status && reason === move.reason && status !== "unreachable";
}

/** What I am at once when I have chosen; in wrap-up a choice is what comes after it. */
export function chosen(agent: Agent, { move, since }: PendingMove): Agent {
  if (move.kind === "finish-wrap-up") return { ...agent, status: agent.wanted, deadline: null, wrap_up_of: null, since };
  if (move.kind !== "presence") return agent;
  const choice = { ...agent, wanted: move.status, reason: move.reason };
  return agent.status === "wrap_up" ? choice : { ...choice, status: move.status, since };
}

function isShown(move: CallMove, call: Call, me: string): boolean {
  switch (move.kind) {
    case "claim":
    case "pick-up":
    case "take-over":
      return isInHand(call, me);
    case "decline":
      return !call.offered_to.includes(me);
    case "park":
      return call.state === "parked";
    case "set-aside":
      return call.state === "held";
    case "hang-up":
      return call.state === "ended";
    case "transfer":
    case "complete":
      return call.agent_id !== me;
    case "let-go":
      return !call.guests.some(({ id }) => id === move.guest);
    // These undo each other: what is shown may be from before the one that this undoes.
    case "hold":
    case "resume":
    case "consult":
    case "talk-with":
    case "cancel-consult":
    case "ask-help":
    case "take-help-back":
    case "monitor":
    case "change-mode":
    case "leave-monitoring":
      return false;
  }
}

/** The call as it will be if the move is granted; unchanged if the truth has gone another way. */
export function laidOver(call: Call, pending: PendingMove, truth: Truth): Call {
  const { move, since } = pending;
  const mine = call.agent_id === truth.me;
  switch (move.kind) {
    case "claim":
      if (call.consult && isAsked(call, truth.me)) return { ...call, consult: { ...call.consult, accepted: true }, offered_to: [] };
      return call.state === "ringing" || call.state === "held" ? joined(call, truth.me, since) : call;
    case "pick-up":
      return call.state === "parked" ? joined(call, truth.me, since) : call;
    case "decline":
      return { ...call, offered_to: call.offered_to.filter((id) => id !== truth.me) };
    case "park":
      return mine
        ? {
            ...call,
            state: "parked",
            slot: move.slot ?? firstFreeSlot(truth),
            parked_by: truth.me,
            agent_id: null,
            agent_present: false,
            since,
          }
        : call;
    case "hold":
      return mine ? { ...call, held_at: call.held_at ?? since } : call;
    case "resume":
      if (mine && call.state === "held") return joined(call, truth.me, since);
      return mine ? { ...call, held_at: null } : call;
    case "set-aside":
      return mine
        ? { ...call, state: "held", agent_present: false, held_at: call.held_at ?? since, consult: null, help_at: null, offered_to: [], since }
        : call;
    case "consult":
      return mine && (!isSame(call.consult, move) || call.consult?.failed !== null)
        ? {
            ...call,
            ...(isOneMore(call) ? { guests: withConsultedAsGuest(call) } : { held_at: call.held_at ?? since }),
            offered_to: rungBy(move),
            consult: {
              ...whom(move, "agent_id"), since, accepted: false, present: false, ringing: false,
              talk_with: isOneMore(call) ? "all" : "colleague", failed: null,
            },
          }
        : call;
    case "talk-with":
      return mine && call.consult
        ? { ...call, consult: { ...call.consult, talk_with: move.talkWith }, held_at: move.talkWith === "colleague" ? (call.held_at ?? since) : null }
        : call;
    case "cancel-consult":
      if (mine) return { ...call, consult: null, held_at: null, offered_to: [] };
      return call.consult?.agent_id === truth.me ? { ...call, consult: null } : call;
    case "let-go":
      return { ...call, guests: call.guests.filter(({ id }) => id !== move.guest) };
    case "complete":
      if (mine && isConference(call)) return { ...call, ...leftTalking(call, truth.me), since };
      return mine && call.consult?.present
        ? { ...call, ...takenOver(call.consult, truth.me), consult: null, held_at: null, since }
        : call;
    case "monitor":
    case "change-mode":
      return { ...call, monitors: monitoring(call, truth.me, move.mode, since) };
    case "leave-monitoring":
      return { ...call, monitors: call.monitors.filter(({ person_id }) => person_id !== truth.me) };
    case "take-over":
      return call.state === "connected" && !mine
        ? { ...call, agent_id: truth.me, agent_present: false, guests: withConsultedAsGuest(call), consult: null, held_at: null, offered_to: [], help_at: null, since,
            monitors: call.monitors.filter(({ person_id }) => person_id !== truth.me) }
        : call;
    case "ask-help":
      return mine ? { ...call, help_at: call.help_at ?? since } : call;
    case "take-help-back":
      return mine ? { ...call, help_at: null } : call;
    case "transfer":
      return mine
        ? {
            ...call,
            state: "ringing",
            transfer: handedOver(move, truth.me),
            offered_to: "team" in move ? freeOf(move.team, truth) : rungBy(move),
            agent_id: null,
            agent_present: false,
            held_at: null,
            since,
          }
        : call;
    default:
      return call;
  }
}

/** Nobody is put on hold for whoever is asked into a talk of three or more. */
function isOneMore(call: Call): boolean {
  return isConference(call) || talksWithAll(consultOf(call));
}

function monitoring(call: Call, me: string, mode: MonitorMode, since: string): readonly Monitor[] {
  const before = call.monitors.find(({ person_id }) => person_id === me);
  const others = call.monitors.filter((monitor) => monitor !== before);
  return [...others, { since, present: false, ...before, person_id: me, mode }];
}

function whom<K extends "to" | "agent_id">(target: Target, name: K) {
  const [agent, number] = "to" in target ? [target.to, null] : [null, target.number];
  return { [name]: agent, number } as Record<K, string | null> & { number: string | null };
}

function handedOver(target: HandOver, me: string): Transfer {
  if ("team" in target) return { by: me, to: null, number: null, team: target.team, failed: null };
  return { by: me, ...whom(target, "to"), team: null, failed: null };
}

/** Those of a team at whom a call can ring now, as far as is known; the server decides. */
function freeOf(teamId: string, truth: Truth): readonly string[] {
  const calls = Object.values(truth.calls);
  const isBusy = (id: string) => calls.some((call) => isInHand(call, id) || (call.state === "held" && call.agent_id === id) || call.monitors.some(({ person_id }) => person_id === id));
  const members = truth.teams.find(({ id }) => id === teamId)?.members ?? [];
  return members.filter((id) => id !== truth.me && truth.agents[id]?.status === "available" && !isBusy(id));
}

/** A colleague is rung through the board, an outside number by the carrier. */
function rungBy(target: Target): readonly string[] {
  return "to" in target ? [target.to] : [];
}

function isSame(consult: Consult | null, target: Target): boolean {
  return "to" in target ? consult?.agent_id === target.to : consult?.number === target.number;
}

/** Whoever was consulted has the call: a colleague in it, or the outside number without any of us. */
function takenOver({ agent_id, number }: Consult, me: string): Partial<Call> {
  if (agent_id) return { agent_id, agent_present: true };
  return { state: "forwarded", agent_id: null, agent_present: false, transfer: { by: me, to: null, number, team: null, failed: null } };
}

function joined(call: Call, me: string, since: string): Call {
  return {
    ...call,
    state: "connecting",
    agent_id: me,
    agent_present: false,
    held_at: null,
    offered_to: [],
    slot: null,
    parked_by: null,
    transfer: null,
    since,
  };
}

export function firstFreeSlot(truth: Truth): number | null {
  const taken = new Set(Object.values(truth.calls).map((call) => call.slot));
  for (let slot = 1; slot <= truth.slots; slot += 1) if (!taken.has(slot)) return slot;
  return null;
}
