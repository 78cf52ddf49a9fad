/** After a call: whom I talked with, how long I have, and where "Finish" leads. */
import { useSyncExternalStore } from "react";
import type { WrapUp } from "../board_view";
import { onTick } from "../clock";
import { duration, isoDuration, phoneNumber } from "../format";
import { ourLine, outsideNumber } from "../parties";
import { callOf } from "../truth";
import type { Call } from "../wire";
import { useScreen, useStore, useView } from "./context";
import { CheckIcon, HistoryIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { choiceWords } from "./presence_mark";
import { inAll } from "./recent";

export function WrapUpCard({ wrapUp }: { wrapUp: WrapUp }) {
  const { notes } = useScreen();
  const call = wrapUp.call ?? (wrapUp.callId ? (notes[wrapUp.callId]?.call ?? null) : null);
  return <WrittenAbout call={call} title="Wrap-up" aside={wrapUp.until && <Left until={wrapUp.until} />} />;
}

/** The time was over while I wrote: the field stays until I leave it. */
export function WrapUpIsOver({ callId }: { callId: string }) {
  const { board, notes } = useScreen();
  const call = (board.truth && callOf(board.truth, callId)) ?? notes[callId]?.call ?? null;
  return <WrittenAbout call={call} title="The wrap-up is over" aside={<span className="left">Finish your note</span>} />;
}

/** A call that was opened again from the recent ones. */
export function WrittenUpLater({ call }: { call: Call }) {
  const store = useStore();
  return (
    <WrittenAbout call={call} title="Over"
      aside={<button type="button" className="button small" onClick={() => store.writeUp(null)}><CheckIcon />Done</button>} />
  );
}

function WrittenAbout({ call, title, aside }: { call: Call | null; title: string; aside: React.ReactNode }) {
  return (
    <article className="wrap-up-card" {...(call ? { "data-call": call.id } : {})}>
      <span className="badge" aria-hidden="true"><HistoryIcon /></span>
      <div className="who" tabIndex={-1} data-card-focus>
        <strong className="caller"><span className="hidden">{title}: call with </span>{call ? phoneNumber(call.caller) : title}</strong>
        {call && <span className="dialled">{title} · <HowItWent call={call} /></span>}
      </div>
      {aside}
    </article>
  );
}

function HowItWent({ call }: { call: Call }) {
  const { nameOf } = useView();
  if (call.ended_at === null) {
    const number = outsideNumber(call);
    return call.agent_id ? <>now with {nameOf(call.agent_id)}</> : number ? <>now with {phoneNumber(number)}</> : <>handed over</>;
  }
  return <>{duration(inAll(call))} in all · {ourLine(call)}</>;
}

/** Counts down in whole seconds; when it is over, the wrap-up ends by itself. */
function Left({ until }: { until: string }) {
  const store = useStore();
  const left = useSyncExternalStore(onTick, () => Math.max(0, Math.ceil((Date.parse(until) - store.now()) / 1000) * 1000));
  return (
    <span className="left" title="The wrap-up ends by itself then">
      <time className="clock" dateTime={isoDuration(left)}>{duration(left)}</time> left
    </span>
  );
}

export function FinishWrapUp() {
  const store = useStore();
  const { me, held } = useView();
  return (
    <div className="actions wide by-words">
      <button type="button" className="button primary" onClick={() => store.finishWrapUp()}>
        <CheckIcon />{held.length > 0 ? "Finish" : `Finish, then ${me ? choiceWords(me.agent) : "Available"}`}<KeyHint keys="G" />
      </button>
    </div>
  );
}
