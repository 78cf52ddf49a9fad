/** What must be known before anything else: that the telephony is simulated, and that the board is out of date. */
import { timeOfDay } from "../format";
import { useScreen } from "./context";
import { WarningIcon } from "./icons";

export function SimulatedBanner() {
  const { me } = useScreen().board;
  if (!me?.simulated) return null;
  return (
    <aside className="simulated" aria-label="Simulated telephony">
      <b>Simulated telephony.</b> No real call is made.
      {me.lab_url && <> <a href={me.lab_url} target="_blank" rel="noreferrer">Play a caller in the lab</a></>}
    </aside>
  );
}

/** Laid over the board, so that nothing moves under the agent's hand. */
export function StaleBanner() {
  const { board } = useScreen();
  return (
    <div className="stale-place" role="status">
      {board.stale && (
        <p className="stale">
          <WarningIcon />
          <span><b>Out of date since {timeOfDay(board.stale.since)}.</b> {board.stale.detail}</span>
        </p>
      )}
    </div>
  );
}
