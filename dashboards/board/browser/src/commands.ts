/** What people ask of the backend. Every request has a time-out, and every refusal reads as a sentence. */
import type { Refusal } from "./board_state";
import type { HandOver, Move } from "./moves";
import type { AgentStatus, CallFile, CallOut, Dialling, EarlierCalls, Me, MonitoredCalls, Reading, VoiceToken, WhoSetIt } from "./wire";

export class Refused extends Error implements Refusal {
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly status: number,
  ) {
    super(detail);
  }
}

const PATIENCE = 8_000;

const UNREACHABLE =
  "The server cannot be reached. Nothing was changed; check the network and try again.";
const UNANSWERED =
  "The server did not answer in time. The board is being brought up to date; if the change is not shown, try again.";

export class Commands {
  constructor(
    private readonly apiBase: string,
    private readonly request: typeof fetch = (...asked) => fetch(...asked),
    private readonly patience: number = PATIENCE,
  ) {}

  me(): Promise<Me> {
    return this.ask<Me>("GET", "/api/me");
  }

  voiceToken(): Promise<VoiceToken> {
    return this.ask<VoiceToken>("POST", "/api/voice-token");
  }

  /** The same caller's calls before that one, the newest first. */
  earlierCalls(callId: string): Promise<EarlierCalls> {
    return this.ask<EarlierCalls>("GET", `/api/calls/${callId}/earlier`);
  }

  callFile(callId: string): Promise<CallFile> {
    return this.ask<CallFile>("GET", `/api/calls/${callId}`);
  }

  /** Sent to its end also when the page is left meanwhile. */
  saveNote(callId: string, text: string): Promise<unknown> {
    return this.ask("PUT", `/api/calls/${callId}/notes`, { text }, true);
  }

  /** For supervisors: who monitors which call now. */
  monitoredCalls(): Promise<MonitoredCalls> {
    return this.ask<MonitoredCalls>("GET", "/api/monitoring");
  }

  whoSetMyStatus(): Promise<WhoSetIt> {
    return this.ask<WhoSetIt>("GET", "/api/presence/set-by");
  }

  /** For supervisors: another agent's status, and why. */
  async setStatus(agentId: string, status: AgentStatus, reason: string): Promise<void> {
    await this.ask("PUT", `/api/agents/${agentId}/presence`, { status, reason });
  }

  dialling(): Promise<Dialling> {
    return this.ask<Dialling>("GET", "/api/dialling");
  }

  /** How the server reads what was typed. */
  reading(text: string): Promise<Reading> {
    return this.ask<Reading>("GET", `/api/dialling/reading?text=${encodeURIComponent(text)}`);
  }

  callOut(wish: CallOut): Promise<{ readonly call_id: string; readonly rev: number }> {
    return this.ask("POST", "/api/dialling", wish);
  }

  switchTenant(tenant: string): Promise<Me> {
    return this.ask<Me>("PUT", "/api/session/tenant", { tenant });
  }

  signOut(): Promise<void> {
    return this.ask<void>("POST", "/api/sign-out");
  }

  /** Carries a move out; the revision it will be seen with. */
  async carryOut(move: Move): Promise<number> {
    const { method, path, body } = spelled(move);
    const { rev } = await this.ask<{ rev: number }>(method, path, body);
    return rev;
  }

  private async ask<T>(method: string, path: string, body?: unknown, keepalive = false): Promise<T> {
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(), this.patience);
    try {
      const response = await this.request(this.apiBase + path, {
        method,
        credentials: "same-origin",
        headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(keepalive ? { keepalive } : {}),
        signal: clock.signal,
      });
      if (!response.ok) throw await refusal(response);
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (problem) {
      if (problem instanceof Refused) throw problem;
      if (clock.signal.aborted) throw new Refused("unanswered", UNANSWERED, 0);
      throw new Refused("unreachable", UNREACHABLE, 0);
    } finally {
      clearTimeout(timer);
    }
  }
}

interface Spelled {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

function spelled(move: Move): Spelled {
  switch (move.kind) {
    case "claim":
      return { method: "POST", path: `/api/calls/${move.callId}/claim` };
    case "decline":
      return { method: "POST", path: `/api/calls/${move.callId}/refusal` };
    case "park":
      return { method: "POST", path: `/api/calls/${move.callId}/parking`, body: { slot: move.slot } };
    case "pick-up":
      return { method: "DELETE", path: `/api/calls/${move.callId}/parking` };
    case "hang-up":
      return { method: "POST", path: `/api/calls/${move.callId}/hangup` };
    case "hold":
      return { method: "POST", path: `/api/calls/${move.callId}/hold` };
    case "resume":
      return { method: "DELETE", path: `/api/calls/${move.callId}/hold` };
    case "set-aside":
      return { method: "POST", path: `/api/calls/${move.callId}/aside` };
    case "transfer":
      return { method: "POST", path: `/api/calls/${move.callId}/transfer`, body: targetOf(move) };
    case "consult":
      return { method: "POST", path: `/api/calls/${move.callId}/consult`, body: targetOf(move) };
    case "talk-with":
      return { method: "PUT", path: `/api/calls/${move.callId}/consult`, body: { talk_with: move.talkWith } };
    case "cancel-consult":
      return { method: "DELETE", path: `/api/calls/${move.callId}/consult` };
    case "complete":
      return { method: "POST", path: `/api/calls/${move.callId}/completion` };
    case "let-go":
      return { method: "DELETE", path: `/api/calls/${move.callId}/guests/${move.guest}` };
    case "monitor":
      return { method: "POST", path: `/api/calls/${move.callId}/monitoring`, body: { mode: move.mode } };
    case "change-mode":
      return { method: "PUT", path: `/api/calls/${move.callId}/monitoring`, body: { mode: move.mode } };
    case "leave-monitoring":
      return { method: "DELETE", path: `/api/calls/${move.callId}/monitoring` };
    case "take-over":
      return { method: "POST", path: `/api/calls/${move.callId}/takeover` };
    case "ask-help":
      return { method: "POST", path: `/api/calls/${move.callId}/help` };
    case "take-help-back":
      return { method: "DELETE", path: `/api/calls/${move.callId}/help` };
    case "presence":
      return { method: "PUT", path: "/api/presence", body: move.reason === null ? { status: move.status } : { status: move.status, reason: move.reason } };
    case "dispose":
      return { method: "PUT", path: `/api/calls/${move.of}/disposition`, body: { disposition: move.disposition } };
    case "finish-wrap-up":
      return { method: "DELETE", path: "/api/wrap-up" };
  }
}

function targetOf(target: HandOver): HandOver {
  if ("team" in target) return { team: target.team };
  return "to" in target ? { to: target.to } : { number: target.number };
}

async function refusal(response: Response): Promise<Refused> {
  const said: unknown = await response.json().catch(() => null);
  const { code, detail } = (said ?? {}) as Partial<Refusal>;
  return new Refused(
    code ?? `http-${response.status}`,
    detail ?? `The server refused (${response.status}). Nothing was changed; try again.`,
    response.status,
  );
}

export function isSignedOut(problem: unknown): boolean {
  return problem instanceof Refused && problem.status === 401;
}

export function codeOf(problem: unknown): string {
  return problem instanceof Refused ? problem.code : "unexpected";
}

export function detailOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
