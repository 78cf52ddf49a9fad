import type { Presence } from "../board_view";

export const PRESENCE_WORDS: Record<Presence, string> = {
  available: "Available",
  ringing: "Ringing",
  on_call: "On a call",
  monitoring: "Monitoring",
  wrap_up: "Wrap-up",
  away: "Away",
  offline: "Offline",
};

/** Told by shape as well as by colour: full, half, hollow. */
export function PresenceMark({ presence }: { presence: Presence }) {
  return <span className={`presence-mark ${presence}`} aria-hidden="true" />;
}
