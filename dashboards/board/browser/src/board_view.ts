/** What is shown: the truth with the pending moves laid over it, sorted into the zones of the board. */
import type { BoardState, PassingCall } from "./board_state";
import { isShared } from "./conference";
import { chosen, firstFreeSlot, isCallMove, isPresenceMove, laidOver, type CallMove } from "./moves";
import { isOutside, ringsOutside } from "./parties";
import { callOf, compareInstants, dispositionOf, isAsked, isInHand, type Truth } from "./truth";
import type { Agent, AgentStatus, Call, Monitor, Role, Rules, Team } from "./wire";

export type Presence = AgentStatus | "on_call" | "monitoring" | "ringing";

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

export interface SeenTeam extends Team {
  /** How many of them, without me, a call can be handed to now. */
  readonly free: number;
}

export interface Slot {
  readonly slot: number;
  readonly call: SeenCall | null;
}

/** The call that I wrap up. */
export interface WrapUp {
  readonly callId: string | null;
  /** Null if it is no longer among those that the board shows. */
  readonly call: Call | null;
  readonly until: string | null;
}

export interface BoardView {
  /** A moment that is over, at whose board nobody sits: there is nothing to press. */
  readonly isPast: boolean;
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
  /** My callers who wait on hold while I have another call in hand, or none; the longest waiting first. */
  readonly held: readonly SeenCall[];
  /** Whether I can take another call now: at once, by putting the one in hand on hold, or not at all. */
  readonly takes: "at-once" | "by-hold" | null;
  /** Whether I can go back to a caller on hold now. */
  readonly resumes: boolean;
  readonly wrapUp: WrapUp | null;
  /** The call that is over and that I write about once more; not while I have one, or wrap one up. */
  readonly reopened: Call | null;
  /** The call that I may write about now: mine, the one that I wrap up, or one that I opened again. */
  readonly writtenAbout: string | null;
  /** How I say that it went. */
  readonly disposition: string | null;
  readonly rules: Rules;
  /** The call of a colleague that I listen to, and how. */
  readonly monitored: { readonly call: SeenCall; readonly monitor: Monitor } | null;
  /** I may come into the calls of others, and set their status. */
  readonly maySupervise: boolean;
  /** A supervisor other than me has their board open. */
  readonly helpIsNear: boolean;
  /** Calls whose agents ask for a supervisor, the longest waiting first; for supervisors. */
  readonly helpWanted: readonly SeenCall[];
  /** Calls that an outside number has. */
  readonly outside: readonly SeenCall[];
  /** Colleagues to whom a call can be handed now. */
  readonly reachable: readonly TeamMember[];
  /** The company's teams; there may be none. */
  readonly teams: readonly SeenTeam[];
  readonly lot: readonly Slot[];
  readonly freeSlot: number | null;
  readonly team: readonly TeamMember[];
  readonly recent: readonly Call[];
  /** Of a person, or of a team. */
  readonly nameOf: (id: string) => string;
  /** Whether that agent is in a call. */
  readonly isBusy: (personId: string) => boolean;
}

export function viewOf(state: BoardState, isPast = false): BoardView | null {
  const { truth } = state;
  if (!truth) return null;
  const calls = seenCalls(state, truth);
  const agents = seenAgents(state, truth);
  const where = whereAgentsAre(calls);
  const maySupervise = SUPERVISES.has(state.me?.role ?? "agent");
  const team = agents.map((agent) => teamMember(agent, where));
  const busy = new Set(team.filter(({ presence }) => presence === "on_call" || presence === "monitoring").map(({ agent }) => agent.id));
  const parked = calls.filter((call) => call.state === "parked");
  const ringing = calls.filter((call) => call.state === "ringing" || (call.state === "held" && call.overdue && call.agent_id !== truth.me));
  const nameOf = (id: string) => truth.agents[id]?.name ?? truth.teams.find((one) => one.id === id)?.name ?? "a colleague";
  const reachable = sortedTeam(team, truth.me).filter((member) => isReachable(member, truth.me));
  const me = team.find(({ agent }) => agent.id === truth.me) ?? null;
  const mine = calls.find((call) => isInHand(call, truth.me)) ?? null;
  const held = calls.filter((call) => call.state === "held" && call.agent_id === truth.me).sort((a, b) => compareInstants(a.held_at!, b.held_at!));
  const wrapUp = mine === null ? wrapUpOf(me, truth) : null;
  const monitored = monitoredBy(calls, truth.me);
  const reopened = mine || monitored || wrapUp || !state.reopened ? null : callOf(truth, state.reopened);
  const writtenAbout = monitored ? null : mine ? (mine.agent_id === truth.me ? mine.id : null) : (wrapUp?.callId ?? reopened?.id ?? null);
  const resumes = monitored === null && (mine === null || maySetAside(mine, truth));
  return {
    isPast,
    me,
    wrapUp,
    reopened,
    writtenAbout,
    disposition: writtenAbout === null ? null : myDisposition(state, truth, writtenAbout),
    rules: truth.rules,
    presencePending: state.pending.some(({ move }) => isPresenceMove(move)),
    ringing: calls.filter((call) => ringsFor(call, truth.me) && (call.state === "ringing" || call.state === "held" || isAsked(call, truth.me))),
    // A caller who waits too long is shown to everybody, whomever it rings at.
    elsewhere: ringing.filter((call) => !ringsFor(call, truth.me)),
    ringBacks: parked.filter((call) => call.offered_to.includes(truth.me)),
    passing: state.passing.filter(({ call }) => !isInHand(truth.calls[call.id], truth.me)),
    live: calls,
    mine,
    held,
    takes: isPast || !resumes || held.length > truth.rules.held_calls - (mine ? 1 : 0) ? null : mine ? "by-hold" : "at-once",
    resumes,
    monitored,
    maySupervise,
    helpIsNear: truth.supervisors.some((id) => id !== truth.me && (truth.agents[id]?.status ?? "offline") !== "offline"),
    helpWanted: maySupervise ? calls.filter((call) => call.help_at !== null && call.agent_id !== truth.me).sort((a, b) => compareInstants(a.help_at!, b.help_at!)) : [],
    outside: calls.filter(isOutside),
    reachable,
    teams: seenTeams(truth.teams, reachable),
    lot: slotsOf(truth, parked),
    freeSlot: firstFreeSlot({ ...truth, calls: Object.fromEntries(calls.map((c) => [c.id, c])) }),
    team: sortedTeam(team, truth.me, maySupervise),
    recent: truth.recent,
    nameOf,
    isBusy: (id) => busy.has(id),
  };
}

/** A talk of my own with nobody else in it. */
function maySetAside(mine: SeenCall, { me, rules }: Truth): boolean {
  return mine.state === "connected" && mine.agent_id === me && mine.pending === null && !isShared(mine) && rules.held_calls > 0;
}

/** One that waits on hold for me, at whose limit I may be, is gone back to; any other is taken. */
export function mayAnswer(call: SeenCall, { me, takes, resumes }: BoardView): boolean {
  return call.state === "held" && call.agent_id === me?.agent.id ? resumes : takes !== null;
}

/** Whom I answer next: who rings at me; or, if callers of mine keep others from ringing here, the first who rings at all. */
export function nextToAnswer(view: BoardView): SeenCall | null {
  const { ringing, ringBacks, elsewhere, takes, mine: talk, held } = view;
  const mine = ringing.find((call) => mayAnswer(call, view));
  if (mine || takes === null) return mine ?? null;
  const anybody = talk || held.length > 0 ? elsewhere.find(({ transfer, pending }) => transfer === null && pending === null) : undefined;
  return ringBacks[0] ?? anybody ?? null;
}

/** A call that this agent talks in: there is somebody to listen to. */
export function mayMonitor(call: Call, agentId: string): boolean {
  return call.state === "connected" && call.agent_id === agentId;
}

/** Not while a supervisor is there already. */
export function mayAskForHelp(call: Call): boolean {
  return call.state === "connected" && call.help_at === null && !call.monitors.some(({ present }) => present);
}

const SUPERVISES: ReadonlySet<Role> = new Set(["owner", "admin", "supervisor"]);

/** A monitor belongs to the conversation of an agent; without one there is nothing to listen to. */
function monitoredBy(calls: readonly SeenCall[], me: string): BoardView["monitored"] {
  for (const call of calls) {
    const monitor = call.monitors.find(({ person_id }) => person_id === me);
    if (monitor && call.agent_id !== null && call.state !== "held") return { call, monitor };
  }
  return null;
}

/** The call that my voice belongs in: mine, or one that I monitor, by the server's own word. */
export function voiceCallByTruth({ truth, hiddenMonitors }: BoardState): string | null {
  const mine = myCallByTruth(truth);
  if (mine || !truth) return mine?.id ?? null;
  const listens = (call: Call) => (hiddenMonitors?.[call.id] ?? call.monitors).some(({ person_id }) => person_id === truth.me);
  return Object.values(truth.calls).find((call) => call.agent_id !== null && call.state !== "held" && listens(call))?.id ?? null;
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
  readonly onHold: ReadonlyMap<string, C>;
  readonly ringing: ReadonlyMap<string, C>;
  readonly monitoring: ReadonlyMap<string, C>;
}

function whereAgentsAre<C extends Call>(calls: readonly C[]): Whereabouts<C> {
  const inHand = new Map<string, C>();
  const onHold = new Map<string, C>();
  const ringing = new Map<string, C>();
  const monitoring = new Map<string, C>();
  for (const call of calls) {
    for (const id of [call.agent_id, call.consult?.agent_id]) if (id && isInHand(call, id)) inHand.set(id, call);
    for (const { agent_id } of call.guests) if (agent_id && isInHand(call, agent_id)) inHand.set(agent_id, call);
    if (call.state === "held" && call.agent_id) onHold.set(call.agent_id, call);
    for (const { person_id } of call.monitors) monitoring.set(person_id, call);
    for (const id of call.offered_to) if (!ringing.has(id)) ringing.set(id, call);
  }
  return { inHand, onHold, ringing, monitoring };
}

function presenceAmong(agent: Agent, { inHand, onHold, ringing, monitoring }: Whereabouts): Presence {
  if (agent.status === "offline") return "offline";
  if (inHand.has(agent.id)) return "on_call";
  if (monitoring.has(agent.id)) return "monitoring";
  // Work on the last call shows, though somebody waits on hold; no other status does.
  if (onHold.has(agent.id) && agent.status !== "wrap_up") return "on_call";
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
    .map((known): SeenCall => {
      const call = withHidden(known, state.hiddenMonitors);
      const pending = byCall.get(call.id);
      if (!pending || !isCallMove(pending.move)) return asItIs(call);
      const shown = laidOver(call, pending, truth);
      const moved = shown !== call || pending.move.kind === "hang-up" || pending.move.kind === "complete";
      return { ...shown, pending: moved ? pending.move.kind : null };
    })
    .sort((a, b) => compareInstants(a.started_at, b.started_at) || (a.id < b.id ? -1 : 1));
}

function withHidden(call: Call, hidden: BoardState["hiddenMonitors"]): Call {
  const monitors = hidden?.[call.id];
  return monitors ? { ...call, monitors } : call;
}

function seenAgents(state: BoardState, truth: Truth): Agent[] {
  return Object.values(truth.agents).map((agent) => {
    if (agent.id !== truth.me) return agent;
    const pending = state.pending.find(({ move }) => isPresenceMove(move));
    return pending ? chosen(agent, pending) : agent;
  });
}

function wrapUpOf(me: TeamMember | null, truth: Truth): WrapUp | null {
  if (me?.agent.status !== "wrap_up") return null;
  const { wrap_up_of: callId, deadline: until } = me.agent;
  return { callId, until, call: callId === null ? null : callOf(truth, callId) };
}

function myDisposition(state: BoardState, truth: Truth, callId: string): string | null {
  for (const { move } of state.pending) if (move.kind === "dispose" && move.of === callId) return move.disposition;
  return dispositionOf(callOf(truth, callId), truth.me);
}

function teamMember(agent: Agent, where: Whereabouts<SeenCall>): TeamMember {
  const presence = presenceAmong(agent, where);
  const place = presence === "on_call" ? where.inHand : presence === "ringing" ? where.ringing : presence === "monitoring" ? where.monitoring : null;
  const call = place?.get(agent.id) ?? (presence === "on_call" ? where.onHold.get(agent.id) : null) ?? null;
  const consulted = call?.consult?.agent_id === agent.id ? call.consult : null;
  const guest = call?.guests.find(({ agent_id }) => agent_id === agent.id);
  const monitor = presence === "monitoring" ? call?.monitors.find(({ person_id }) => person_id === agent.id) : null;
  return { agent, presence, since: consulted?.since ?? guest?.since ?? monitor?.since ?? call?.since ?? agent.since, call };
}

function seenTeams(teams: readonly Team[], reachable: readonly TeamMember[]): SeenTeam[] {
  const free = new Set(reachable.map(({ agent }) => agent.id));
  return teams.map((team) => ({ ...team, free: team.members.filter((id) => free.has(id)).length }));
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

/** Supervisors see first who asks for them. */
function sortedTeam(team: readonly TeamMember[], me: string, helpFirst = false): TeamMember[] {
  const asks = ({ agent, call }: TeamMember) => helpFirst && call?.agent_id === agent.id && call.help_at !== null;
  const rank = (member: TeamMember) => (asks(member) ? -1 : rankOf(member));
  const rankOf = ({ agent, presence }: TeamMember) => (agent.id === me ? 0 : presence === "offline" ? 2 : 1);
  return [...team].sort(
    (a, b) => rank(a) - rank(b) || a.agent.name.localeCompare(b.agent.name) || (a.agent.id < b.agent.id ? -1 : 1),
  );
}
