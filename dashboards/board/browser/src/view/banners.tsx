/** What must be known before anything else: that the telephony is simulated, and that the board is out of date. */
import { timeOfDay } from "../format";
import { useScreen, useStore } from "./context";
import { WarningIcon } from "./icons";
import { KeyHint } from "./key_hint";

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

/** Nobody rings here any more, and the person may not know why. */
function UnreachableBanner() {
  const store = useStore();
  const { view } = useScreen();
  if (view?.me?.presence !== "unreachable") return null;
  const { missed_rings: rings } = view.rules;
  return (
    <p className="stale unreachable">
      <WarningIcon />
      <span><b>{rings === 1 ? "A call" : `${rings} calls`} rang here unanswered.</b> Choose Available when you are back.</span>
      <button type="button" className="button small" onClick={() => void store.goAvailable()}>Available<KeyHint keys="G" /></button>
    </p>
  );
}

/** Laid over the board, so that nothing moves under the agent's hand. */
export function StaleBanner() {
  const { board } = useScreen();
  return (
    <div className="stale-place" role="status">
      <UnreachableBanner />
      {board.stale && (
        <p className="stale">
          <WarningIcon />
          <span><b>Out of date since {timeOfDay(board.stale.since)}.</b> {board.stale.detail}</span>
        </p>
      )}
    </div>
  );
}
