/** What is shown: the truth with the pending moves laid over it, sorted into the zones of the board. */
import type { BoardState, PassingCall } from "./board_state";
import { firstFreeSlot, isCallMove, laidOver, type CallMove } from "./moves";
import { compareInstants, isAsked, isInHand, type Truth } from "./truth";
import { isOutside, ringsOutside } from "./parties";
import type { Agent, AgentStatus, Call, Consult } from "./wire";

export type Presence = AgentStatus | "on_call" | "ringing";

export interface SeenCall extends Call {
  /** The move that the server has not confirmed yet. */
  readonly pending: CallMove["kind"] | null;
}

export interface TeamMember {
  readonly agent: Agent;
  readonly presence: Presence;
  readonly since: string;
  readonly call: SeenCall | null;
}

export interface Slot {
  readonly slot: number;
  readonly call: SeenCall | null;
}

export interface BoardView {
  readonly me: TeamMember | null;
  /** My presence is being changed and the server has not confirmed it yet. */
  readonly presencePending: boolean;
  /** Calls that ring for me, the longest waiting first. */
  readonly ringing: readonly SeenCall[];
  /** Calls that ring, but not for me; or at an outside number. */
  readonly elsewhere: readonly SeenCall[];
  /** Parked calls whose time is over and that ring back at me. */
  readonly ringBacks: readonly SeenCall[];
  readonly passing: readonly PassingCall[];
  /** Every call that is not over. */
  readonly live: readonly SeenCall[];
  readonly mine: SeenCall | null;
  /** Calls that an outside number has. */
  readonly outside: readonly SeenCall[];
  /** Colleagues to whom a call can be handed now. */
  readonly reachable: readonly TeamMember[];
  readonly lot: readonly Slot[];
  readonly freeSlot: number | null;
  readonly team: readonly TeamMember[];
  readonly recent: readonly Call[];
  readonly nameOf: (personId: string) => string;
  /** Whether that agent is in a call. */
  readonly isBusy: (personId: string) => boolean;
}

/** The consult of a call that is under way; one that failed only says why. */
export function consultOf(call: Call): Consult | null {
  return call.consult && call.consult.failed === null ? call.consult : null;
}

export function viewOf(state: BoardState): BoardView | null {
  const { truth } = state;
  if (!truth) return null;
  const calls = seenCalls(state, truth);
  const agents = seenAgents(state, truth);
  const where = whereAgentsAre(calls);
  const team = agents.map((agent) => teamMember(agent, where));
  const busy = new Set(team.filter(({ presence }) => presence === "on_call").map(({ agent }) => agent.id));
  const parked = calls.filter((call) => call.state === "parked");
  const ringing = calls.filter((call) => call.state === "ringing");
  const nameOf = (id: string) => truth.agents[id]?.name ?? "a colleague";
  return {
    me: team.find(({ agent }) => agent.id === truth.me) ?? null,
    presencePending: state.pending.some(({ move }) => !isCallMove(move)),
    ringing: calls.filter((call) => ringsFor(call, truth.me) && (call.state === "ringing" || isAsked(call, truth.me))),
    elsewhere: ringing.filter((call) => !ringsFor(call, truth.me)),
    ringBacks: parked.filter((call) => call.offered_to.includes(truth.me)),
    passing: state.passing.filter(({ call }) => !isInHand(truth.calls[call.id], truth.me)),
    live: calls,
    mine: calls.find((call) => isInHand(call, truth.me)) ?? null,
    outside: calls.filter(isOutside),
    reachable: sortedTeam(team, truth.me).filter((member) => isReachable(member, truth.me)),
    lot: slotsOf(truth, parked),
    freeSlot: firstFreeSlot({ ...truth, calls: Object.fromEntries(calls.map((c) => [c.id, c])) }),
    team: sortedTeam(team, truth.me),
    recent: truth.recent,
    nameOf,
    isBusy: (id) => busy.has(id),
  };
}

function ringsFor(call: Call, agentId: string): boolean {
  return call.offered_to.includes(agentId) && !ringsOutside(call);
}

/** The call whose conversation is mine by the server's own word; the softphone follows nothing else. */
export function myCallByTruth(truth: Truth | null): Call | null {
  if (!truth) return null;
  return Object.values(truth.calls).find((call) => isInHand(call, truth.me)) ?? null;
}

/** Derived on both sides of the wire by the same rule. */
export function presenceOf(agent: Agent, calls: readonly Call[]): Presence {
  return presenceAmong(agent, whereAgentsAre(calls));
}

/** Which call each agent is in, and which rings at them: looked up for everybody, so made once. */
interface Whereabouts<C extends Call = Call> {
  readonly inHand: ReadonlyMap<string, C>;
  readonly ringing: ReadonlyMap<string, C>;
}

function whereAgentsAre<C extends Call>(calls: readonly C[]): Whereabouts<C> {
  const inHand = new Map<string, C>();
  const ringing = new Map<string, C>();
  for (const call of calls) {
    for (const id of [call.agent_id, call.consult?.agent_id]) if (id && isInHand(call, id)) inHand.set(id, call);
    for (const id of call.offered_to) if (!ringing.has(id)) ringing.set(id, call);
  }
  return { inHand, ringing };
}

function presenceAmong(agent: Agent, { inHand, ringing }: Whereabouts): Presence {
  if (agent.status === "offline") return "offline";
  if (inHand.has(agent.id)) return "on_call";
  if (agent.status !== "available") return agent.status;
  return ringing.has(agent.id) ? "ringing" : "available";
}

/** Who rings for another caller is free all the same. */
function isReachable({ agent, presence }: TeamMember, me: string): boolean {
  return agent.id !== me && (presence === "available" || presence === "ringing");
}

/** A call that nothing is laid over is the same value in every view, so that its card is not drawn again. */
const untouched = new WeakMap<Call, SeenCall>();

function asItIs(call: Call): SeenCall {
  const known = untouched.get(call) ?? { ...call, pending: null };
  untouched.set(call, known);
  return known;
}

function seenCalls(state: BoardState, truth: Truth): SeenCall[] {
  const byCall = new Map(
    state.pending.flatMap((pending) => (isCallMove(pending.move) ? [[pending.move.callId, pending] as const] : [])),
  );
  return Object.values(truth.calls)
    .map((call): SeenCall => {
      const pending = byCall.get(call.id);
      if (!pending || !isCallMove(pending.move)) return asItIs(call);
      const shown = laidOver(call, pending, truth);
      const moved = shown !== call || pending.move.kind === "hang-up" || pending.move.kind === "complete";
      return { ...shown, pending: moved ? pending.move.kind : null };
    })
    .sort((a, b) => compareInstants(a.started_at, b.started_at) || (a.id < b.id ? -1 : 1));
}

function seenAgents(state: BoardState, truth: Truth): Agent[] {
  return Object.values(truth.agents).map((agent) => {
    if (agent.id !== truth.me) return agent;
    const pending = state.pending.find(({ move }) => !isCallMove(move));
    if (!pending) return agent;
    const status = pending.move.kind === "presence" ? pending.move.status : "available";
    return { ...agent, status, since: pending.since };
  });
}

function teamMember(agent: Agent, where: Whereabouts<SeenCall>): TeamMember {
  const presence = presenceAmong(agent, where);
  const place = presence === "on_call" ? where.inHand : presence === "ringing" ? where.ringing : null;
  const call = place?.get(agent.id) ?? null;
  const consulted = call?.consult?.agent_id === agent.id ? call.consult : null;
  return { agent, presence, since: consulted?.since ?? call?.since ?? agent.since, call };
}

/** Every slot in order; a call in a slot the lot does not have (it was made smaller) comes last. */
function slotsOf(truth: Truth, parked: readonly SeenCall[]): Slot[] {
  const numbers = Array.from({ length: truth.slots }, (_, index) => index + 1);
  const inSlot = (slot: number) => parked.find((call) => call.slot === slot) ?? null;
  const beyond = parked.filter((call) => call.slot === null || call.slot > truth.slots);
  return [
    ...numbers.map((slot) => ({ slot, call: inSlot(slot) })),
    ...beyond.map((call) => ({ slot: call.slot ?? 0, call })),
  ];
}

function sortedTeam(team: readonly TeamMember[], me: string): TeamMember[] {
  const rank = ({ agent, presence }: TeamMember) => (agent.id === me ? 0 : presence === "offline" ? 2 : 1);
  return [...team].sort(
    (a, b) => rank(a) - rank(b) || a.agent.name.localeCompare(b.agent.name) || (a.agent.id < b.agent.id ? -1 : 1),
  );
}
