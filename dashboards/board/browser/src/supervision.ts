/**
 * Supervisors in the calls of others: coming in, changing who hears them, taking over; agents who ask for help;
 * and statuses that a supervisor has set. Where the company hides listening, no message tells of it, so whoever
 * may know asks.
 */
import type { BoardState } from "./board_state";
import { detailOf, type Commands } from "./commands";
import type { Move } from "./moves";
import type { Screen } from "./screen";
import type { AgentStatus, Monitor, MonitorMode } from "./wire";

/** What it needs of the rest of the board. */
export interface SupervisionParts {
  readonly commands: Pick<Commands, "monitoredCalls" | "whoSetMyStatus" | "setStatus">;
  readonly screen: () => Screen;
  readonly move: (move: Move) => void;
  readonly hidden: (monitors: Readonly<Record<string, readonly Monitor[]>> | null) => void;
  readonly whySet: (reason: string | null) => void;
  readonly notice: (title: string, detail: string, tone?: "problem" | "news") => void;
  /** Within a click: the browser lets the page sound from now on. */
  readonly sound: () => void;
  readonly chime: () => void;
}

export class Supervision {
  private setStatusKnown = "";
  /** Whether listening is hidden here; null until the server has said so. */
  private isHidden: boolean | null = null;
  private asked = 0;

  constructor(private readonly parts: SupervisionParts) {}

  /** Come into a colleague's call, or change who hears me in it. */
  monitor(callId: string, mode: MonitorMode): void {
    const kind = this.parts.screen().view?.monitored?.call.id === callId ? "change-mode" : "monitor";
    this.parts.sound();
    this.parts.move({ kind, callId, mode });
  }

  leave(callId: string): void {
    this.parts.move({ kind: "leave-monitoring", callId });
  }

  takeOver(callId: string): void {
    this.parts.sound();
    this.parts.move({ kind: "take-over", callId });
  }

  askForHelp(callId: string): void {
    this.parts.move({ kind: "ask-help", callId });
  }

  takeHelpBack(callId: string): void {
    this.parts.move({ kind: "take-help-back", callId });
  }

  /** Another agent's status; the reason is read by them. Whether it was done. */
  async setStatus(agentId: string, status: AgentStatus, reason: string): Promise<boolean> {
    try {
      await this.parts.commands.setStatus(agentId, status, reason);
      return true;
    } catch (problem) {
      this.parts.notice("The status was not set", detailOf(problem));
      return false;
    }
  }

  /** After something that may have changed who listens; not where every board is told. */
  async lookForHidden(): Promise<void> {
    if (this.isHidden !== false) await this.lookForMonitors();
  }

  async lookForMonitors(): Promise<void> {
    if (!this.parts.screen().view?.maySupervise) return;
    const asked = ++this.asked;
    const told = await this.parts.commands.monitoredCalls().catch(() => null);
    if (!told || asked !== this.asked) return; // a later answer is the newer one
    this.isHidden = !told.is_shown;
    const monitors = told.is_shown ? null : Object.fromEntries(told.calls.map(({ call_id, monitors }) => [call_id, monitors]));
    if (monitors !== null || this.parts.screen().board.hiddenMonitors !== null) this.parts.hidden(monitors);
  }

  /** The board has changed. */
  follow(before: BoardState): void {
    this.chimeIfNeeded(before);
    void this.readWhySet();
  }

  /** Somebody asks for help who did not before; not into the ear of who is in a call. */
  private chimeIfNeeded(before: BoardState): void {
    const { view, phone, board } = this.parts.screen();
    const isNew = view?.helpWanted.some(({ id, help_at }) => before.truth?.calls[id]?.help_at !== help_at);
    if (isNew && before.truth !== board.truth && phone.isPhone !== false && !view?.mine && !view?.monitored) this.parts.chime();
  }

  /** The board says who set my status, but only to me why. */
  private async readWhySet(): Promise<void> {
    const { board } = this.parts.screen();
    const agent = board.truth?.agents[board.truth.me];
    const key = agent?.set_by ? `${agent.set_by} ${agent.rev}` : "";
    if (key === this.setStatusKnown) return;
    this.setStatusKnown = key;
    if (!agent?.set_by) return this.parts.whySet(null);
    const told = await this.parts.commands.whoSetMyStatus().catch(() => null);
    if (!told?.reason || this.setStatusKnown !== key) return;
    if (told.reason === this.parts.screen().whySet) return; // another part of my card has changed
    const who = board.truth?.agents[agent.set_by]?.name ?? "A supervisor";
    this.parts.whySet(told.reason);
    this.parts.notice(`${who} set you to ${told.status === "available" ? "available" : "away"}`, told.reason, "news");
  }
}
