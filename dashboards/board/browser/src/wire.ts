/** What the backend says and is told: the shapes of its API and of its feed, as they travel. */

/** `dialling`: the callee of an outbound call is being rung. `forwarded`: the caller talks with an outside number, without an agent. */
export type CallState = "ringing" | "connecting" | "dialling" | "connected" | "held" | "forwarded" | "parked" | "ended";

export type EndReason =
  | "completed"
  | "abandoned"
  | "no_answer"
  | "busy"
  | "failed"
  | "rejected"
  | "canceled";

/** Why whoever was to be handed a call, or asked into it, did not take it. */
export type NotTaken = "declined" | "no_answer" | "unreachable" | "left" | "busy" | "failed" | "canceled";

/** How far an outside phone has come that is being called: asked for, or ringing. */
export type Progress = "asked" | "ringing";

/** Whom an agent who consults a colleague talks with; whoever is left out hears music. */
export type TalkWith = "colleague" | "caller" | "all";

/**
 * Who is asked into a call, a colleague or an outside number; `present` once their voice is there. One that
 * `failed` only says why.
 */
export interface Consult {
  readonly agent_id: string | null;
  readonly number: string | null;
  /** The outside number rings. */
  readonly ringing: boolean;
  readonly since: string;
  readonly accepted: boolean;
  readonly present: boolean;
  readonly talk_with: TalkWith;
  readonly failed: NotTaken | null;
}

/** Somebody more in a conference, an agent or at an outside number; `present` while their voice is there. */
export interface Guest {
  readonly id: string;
  readonly agent_id: string | null;
  readonly number: string | null;
  readonly since: string;
  readonly present: boolean;
}

/** A cold transfer under way. Once `failed` says why, the call rings again at who handed it over. */
export interface Transfer {
  readonly by: string;
  readonly to: string | null;
  /** An outside number, instead of a colleague. */
  readonly number: string | null;
  /** A team, instead of a colleague: it rings at everybody of it who is free. */
  readonly team: string | null;
  readonly failed: NotTaken | null;
}

/** How a call went, as one of those who handled it sees it. */
export interface Disposition {
  readonly agent_id: string;
  readonly name: string;
  readonly at: string;
}

export interface Note {
  readonly call_id: string;
  readonly agent_id: string;
  readonly text: string;
  readonly written_at: string;
}

export interface CallFile {
  readonly call: Call;
  readonly notes: readonly Note[];
}

export interface EarlierCalls {
  readonly calls: readonly Call[];
  readonly notes: readonly Note[];
}

/** Who hears a supervisor in the call of an agent: nobody, the agent, or everybody. */
export type MonitorMode = "listen" | "whisper" | "barge";

/** A supervisor in a call; `present` once their leg is there. */
export interface Monitor {
  readonly person_id: string;
  readonly mode: MonitorMode;
  readonly since: string;
  readonly present: boolean;
}

/** What supervisors are told where the agents are not: every call that is monitored now. */
export interface MonitoredCalls {
  readonly is_shown: boolean;
  readonly calls: readonly { readonly call_id: string; readonly monitors: readonly Monitor[] }[];
}

/** The supervisor who chose my present status, and why. */
export interface WhoSetIt {
  readonly set_by: string | null;
  readonly status: AgentStatus | null;
  readonly reason: string | null;
}

export interface Call {
  readonly id: string;
  readonly rev: number;
  readonly state: CallState;
  readonly direction: "inbound" | "outbound";
  /** The person outside: who called, or who was called. */
  readonly caller: string;
  /** Our own number: the one dialled, or the one shown to whoever is called. */
  readonly number: string;
  readonly offered_to: readonly string[];
  readonly agent_id: string | null;
  readonly agent_present: boolean;
  readonly progress: Progress | null;
  readonly slot: number | null;
  readonly parked_by: string | null;
  /** On hold since then. */
  readonly held_at: string | null;
  readonly overdue: boolean;
  readonly transfer: Transfer | null;
  readonly consult: Consult | null;
  /** Who was asked in before whoever is consulted, the earliest first. */
  readonly guests: readonly Guest[];
  /** Those who may be shown; where the company hides them there are none. */
  readonly monitors: readonly Monitor[];
  /** Its agent asks for a supervisor since then. */
  readonly help_at: string | null;
  readonly handled_by: readonly string[];
  readonly started_at: string;
  readonly since: string;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
  readonly end_reason: EndReason | null;
  readonly dispositions: readonly Disposition[];
}

export type AgentStatus = "offline" | "available" | "away" | "wrap_up" | "unreachable";

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly rev: number;
  readonly status: AgentStatus;
  readonly since: string;
  /** What they are after the call or the wrap-up they are in, and why that is away. */
  readonly wanted: AgentStatus;
  readonly reason: string | null;
  /** When the wrap-up runs out, and of which call it is. */
  readonly deadline: string | null;
  readonly wrap_up_of: string | null;
  /** The supervisor who chose this status. */
  readonly set_by: string | null;
}

/** A team of the company, and who is in it. */
export interface Team {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
}

/** What a board must know of its company's rules. */
export interface Rules {
  readonly ring_seconds: number;
  readonly park_seconds: number;
  readonly held_calls: number;
  readonly missed_rings: number;
  readonly dispositions: readonly string[];
  readonly disposition_required: boolean;
  readonly away_reasons: readonly string[];
  /** So many people may talk in one call. */
  readonly conference_size: number;
}

export interface Snapshot {
  readonly type: "snapshot";
  readonly number: number;
  readonly at: string;
  readonly me: string;
  readonly slots: number;
  readonly calls: readonly Call[];
  readonly agents: readonly Agent[];
  readonly recent: readonly Call[];
  readonly rules: Rules;
  readonly teams: readonly Team[];
  readonly supervisors: readonly string[];
}

export interface BoardEvent {
  readonly type: "event";
  readonly number: number;
  readonly at: string;
  readonly event: string;
  readonly call?: Call | null;
  readonly agent?: Agent | null;
}

export type GoodbyeCode = "signed-out" | "session-ended" | "tenant-switched" | "shutting-down";

export type FromServer =
  | Snapshot
  | BoardEvent
  | { readonly type: "ping" }
  | { readonly type: "stale"; readonly detail: string }
  | { readonly type: "live" }
  | { readonly type: "goodbye"; readonly code: GoodbyeCode; readonly detail: string };

export type ToServer =
  | { readonly type: "hello"; readonly since: number | null }
  | { readonly type: "resume"; readonly since: number }
  | { readonly type: "pong" };

export type Role = "owner" | "admin" | "supervisor" | "agent" | "analyst";

export interface Membership {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface Me {
  readonly person: { readonly id: string; readonly name: string; readonly email: string };
  readonly tenant: { readonly id: string; readonly name: string };
  readonly role: Role;
  readonly tenants: readonly Membership[];
  readonly simulated: boolean;
  readonly lab_url: string | null;
}

export interface VoiceToken {
  readonly token: string;
  readonly expires_at: string;
  readonly device: Readonly<Record<string, unknown>>;
}

/** Whether this company calls out, and which of its numbers may be shown to whoever is called. */
export interface Dialling {
  readonly enabled: boolean;
  readonly why_not: string | null;
  readonly country: string;
  readonly caller_ids: readonly string[];
}

/** What the server understands of a number as it was typed, and whether it may be called. */
export interface Reading {
  readonly number: string | null;
  readonly shown: string | null;
  readonly country: string | null;
  readonly refusal: { readonly code: string; readonly detail: string } | null;
}

/** `request` is chosen by the page: the same one again is the same call, not a second one. */
export interface CallOut {
  readonly request: string;
  readonly number: string;
  readonly caller_id: string | null;
}
