/** A small company to test with: Ana is the one whose board it is. */
import type { Agent, BoardEvent, Call, Dialling, Me, Rules, Snapshot, Team } from "../src/wire";

export const ANA = "00000000-0000-4000-8000-00000000000a";
export const BEN = "00000000-0000-4000-8000-00000000000b";

export const AT = "2026-11-23T10:00:00Z";

export function call(change: Partial<Call> = {}): Call {
  return {
    id: "call-1",
    rev: 1,
    state: "ringing",
    direction: "inbound",
    caller: "+15557654321",
    number: "+15550100001",
    offered_to: [ANA, BEN],
    agent_id: null,
    agent_present: false,
    progress: null,
    slot: null,
    parked_by: null,
    held_at: null,
    overdue: false,
    transfer: null,
    consult: null,
    guests: [],
    monitors: [],
    help_at: null,
    handled_by: [],
    started_at: AT,
    since: AT,
    answered_at: null,
    ended_at: null,
    end_reason: null,
    dispositions: [],
    ...change,
  };
}

export const mine = (change: Partial<Call> = {}): Call =>
  call({ state: "connected", agent_id: ANA, agent_present: true, offered_to: [], handled_by: [ANA], answered_at: AT, ...change });

export const parked = (change: Partial<Call> = {}): Call =>
  call({ state: "parked", slot: 1, parked_by: BEN, offered_to: [], handled_by: [BEN], answered_at: AT, ...change });

export const ended = (change: Partial<Call> = {}): Call =>
  call({ state: "ended", offered_to: [], ended_at: "2026-11-23T10:05:00Z", end_reason: "completed", ...change });

export function agent(change: Partial<Agent> = {}): Agent {
  const wanted = change.status === "away" ? "away" : "available";
  return { id: ANA, name: "Ana Ruiz", rev: 1, status: "available", since: AT, wanted, reason: null, deadline: null, wrap_up_of: null, set_by: null, ...change };
}

export const ben = (change: Partial<Agent> = {}): Agent => agent({ id: BEN, name: "Ben Carter", ...change });

export const CHLOE = "00000000-0000-4000-8000-00000000000c";
export const SALES = "00000000-0000-4000-8000-0000000000a1";
export const SUPPORT = "00000000-0000-4000-8000-0000000000a2";

/** Ana and Ben sell; Chloe helps. */
export const TEAMS: readonly Team[] = [
  { id: SALES, name: "Sales", members: [ANA, BEN] },
  { id: SUPPORT, name: "Support", members: [CHLOE] },
];

export const RULES: Rules = {
  ring_seconds: 60,
  park_seconds: 90,
  held_calls: 3,
  missed_rings: 3,
  dispositions: ["Solved", "Call back"],
  disposition_required: false,
  away_reasons: ["Break", "Lunch"],
  conference_size: 6,
};

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return { type: "snapshot", number: 10, at: AT, me: ANA, slots: 3, calls: [], agents: [agent(), ben()], recent: [], rules: RULES, teams: [], supervisors: [], ...change };
}

export function event(number: number, change: Partial<BoardEvent> = {}): BoardEvent {
  return { type: "event", number, at: AT, event: "call-changed", ...change };
}

export const ME: Me = {
  person: { id: ANA, name: "Ana Ruiz", email: "ana@acme.example" },
  tenant: { id: "acme", name: "Acme" },
  role: "agent",
  tenants: [{ id: "acme", name: "Acme", role: "agent" }],
  simulated: true,
  lab_url: "http://localhost:8081/",
};

/** A call that Ana makes. */
export const calling = (change: Partial<Call> = {}): Call =>
  call({ state: "dialling", direction: "outbound", progress: "asked", agent_id: ANA, agent_present: true, offered_to: [], handled_by: [ANA], ...change });

export const DIALLING: Dialling = { enabled: true, why_not: null, country: "US", caller_ids: ["+15550100001"] };
