import type { Presence, TeamMember } from "../board_view";
import type { Agent } from "../wire";

export const PRESENCE_WORDS: Record<Presence, string> = {
  available: "Available",
  ringing: "Ringing",
  on_call: "On a call",
  monitoring: "Monitoring",
  wrap_up: "Wrap-up",
  away: "Away",
  offline: "Offline",
  unreachable: "Not reachable",
};

/** What an agent chose to be: "Available", "Away", "Away: Lunch". */
export function choiceWords({ wanted, reason }: Agent): string {
  if (wanted !== "away") return PRESENCE_WORDS.available;
  return reason ? `${PRESENCE_WORDS.away}: ${reason}` : PRESENCE_WORDS.away;
}

/** What somebody is, why, and what comes after it if they will not be available then. */
export function presenceWords({ agent, presence }: Pick<TeamMember, "agent" | "presence">): string {
  if (presence === "away") return choiceWords(agent);
  const isBusy = presence === "on_call" || presence === "monitoring" || presence === "wrap_up";
  return isBusy && agent.wanted === "away" ? `${PRESENCE_WORDS[presence]}, then ${choiceWords(agent)}` : PRESENCE_WORDS[presence];
}

/** Told by shape as well as by colour: full, half, hollow. */
export function PresenceMark({ presence }: { presence: Presence }) {
  return <span className={`presence-mark ${presence}`} aria-hidden="true" />;
}
