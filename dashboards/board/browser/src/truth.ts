/**
 * The server's truth: a snapshot and the numbered events that follow it. Numbers are dense, so an
 * event that comes early is kept aside until the missing ones have arrived; one that was applied
 * already is ignored; a card is never replaced by an older revision of itself.
 */
import type { Agent, BoardEvent, Call, Rules, Snapshot, Team } from "./wire";

export const RECENT_CALLS = 20;

export interface Truth {
  readonly number: number;
  readonly me: string;
  readonly slots: number;
  readonly calls: Readonly<Record<string, Call>>;
  readonly agents: Readonly<Record<string, Agent>>;
  readonly recent: readonly Call[];
  readonly rules: Rules;
  /** Like the rules, as of the snapshot: no event tells of new ones. */
  readonly teams: readonly Team[];
  readonly supervisors: readonly string[];
  /** Events that came before one they follow. Not empty means: there is a gap to be filled. */
  readonly early: readonly BoardEvent[];
}

export function fromSnapshot(snapshot: Snapshot, early: readonly BoardEvent[] = []): Truth {
  return applyEarly({
    number: snapshot.number,
    me: snapshot.me,
    slots: snapshot.slots,
    calls: byId(snapshot.calls),
    agents: byId(snapshot.agents),
    recent: [...snapshot.recent].sort(newestFirst).slice(0, RECENT_CALLS),
    rules: snapshot.rules,
    teams: snapshot.teams,
    supervisors: snapshot.supervisors,
    early,
  });
}

export function applyEvent(truth: Truth, event: BoardEvent): Truth {
  if (event.number <= truth.number) return truth;
  if (truth.early.some((known) => known.number === event.number)) return truth;
  return applyEarly({ ...truth, early: [...truth.early, event] });
}

export function hasGap(truth: Truth): boolean {
  return truth.early.length > 0;
}

function applyEarly(truth: Truth): Truth {
  const waiting = truth.early
    .filter((event) => event.number > truth.number)
    .sort((a, b) => a.number - b.number);
  let current: Truth = { ...truth, early: [] };
  while (waiting[0]?.number === current.number + 1) {
    const event = waiting.shift()!;
    current = { ...current, number: event.number };
    if (event.call) current = placeCall(current, event.call);
    if (event.agent) current = placeAgent(current, event.agent);
  }
  return { ...current, early: waiting };
}

function placeCall(truth: Truth, call: Call): Truth {
  const known = truth.calls[call.id] ?? truth.recent.find((ended) => ended.id === call.id);
  if (known && (known.rev > call.rev || (known.state === "ended" && call.state !== "ended"))) {
    return truth;
  }
  if (call.state !== "ended") return { ...truth, calls: { ...truth.calls, [call.id]: call } };
  const { [call.id]: _, ...calls } = truth.calls;
  const others = truth.recent.filter((ended) => ended.id !== call.id);
  const recent = [...others, call].sort(newestFirst).slice(0, RECENT_CALLS);
  return { ...truth, calls, recent };
}

function placeAgent(truth: Truth, agent: Agent): Truth {
  const known = truth.agents[agent.id];
  if (known && known.rev > agent.rev) return truth;
  return { ...truth, agents: { ...truth.agents, [agent.id]: agent } };
}

/** Who has a call, is consulted in it, or a guest of it, has it in hand: one voice, one call. */
export function isInHand(call: Call | undefined, agentId: string): boolean {
  if (call?.state !== "connecting" && call?.state !== "dialling" && call?.state !== "connected") return false;
  const { consult } = call;
  if (call.guests.some(({ agent_id }) => agent_id === agentId)) return true;
  return call.agent_id === agentId || (consult?.agent_id === agentId && consult.accepted && consult.failed === null);
}

/** Whether a colleague asks that agent into the call they have. */
export function isAsked(call: Call, agentId: string): boolean {
  return call.consult?.agent_id === agentId && !call.consult.accepted && call.consult.failed === null;
}

/** A call that the board shows, live or over. */
export function callOf(truth: Truth, callId: string): Call | null {
  return truth.calls[callId] ?? truth.recent.find(({ id }) => id === callId) ?? null;
}

export function dispositionOf(call: Call | null, agentId: string): string | null {
  return call?.dispositions.find(({ agent_id }) => agent_id === agentId)?.name ?? null;
}

function newestFirst(a: Call, b: Call): number {
  const order = compareInstants(b.ended_at ?? "", a.ended_at ?? "");
  return order !== 0 ? order : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** ISO times in UTC, to the microsecond: `Date` would round them, and text would put "…05Z" after "…05.1Z". */
export function compareInstants(a: string, b: string): number {
  const isAlike = a.length === b.length; // most have six digits and one way of writing UTC
  const [x, y] = isAlike ? [a, b] : [sortable(a), sortable(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function sortable(instant: string): string {
  const [seconds = "", fraction = ""] = instant.replace(/(Z|\+00:?00)$/, "").split(".");
  return `${seconds}.${fraction.padEnd(9, "0")}`;
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): Record<string, T> {
  return Object.fromEntries(rows.map((row) => [row.id, row]));
}
