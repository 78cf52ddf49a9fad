/** Whether the board is current, whether this tab is the phone, and whether it can be heard ringing. */
import { useScreen, useStore } from "./context";
import { SilentIcon, TabIcon } from "./icons";

export function LineState() {
  const store = useStore();
  const { board, phone, ringIsMute } = useScreen();
  const isLive = board.line === "open" && board.stale === null;
  const words = isLive ? "Live" : board.line === "open" ? "Out of date" : board.line === "lost" ? "Reconnecting…" : "Connecting…";
  return (
    <>
      {ringIsMute && (
        <button type="button" className="button small attention ringtone" title="Turn the ringtone on" onClick={() => store.soundOn()}>
          <SilentIcon /><span>Turn the ringtone on</span>
        </button>
      )}
      {phone.isPhone === false && (
        <button type="button" className="button small second-tab" title="Another tab of yours is the phone. Ring and speak in this one instead." onClick={() => store.takePhone()}>
          <TabIcon />Use this tab as phone
        </button>
      )}
      <span className={`line ${isLive ? "live" : "broken"}`} role="status">
        <span className="line-dot" aria-hidden="true" />{words}
      </span>
    </>
  );
}
