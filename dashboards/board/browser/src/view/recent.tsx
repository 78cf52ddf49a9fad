/** Calls that are over: who called, what became of it, how long they waited and how long it took in all. */
import { memo } from "react";
import { duration, listed, phoneNumber, timeOfDay } from "../format";
import { outcomeOf } from "../outcomes";
import { isDiallable, isOutbound } from "../parties";
import type { Call, EarlierCalls } from "../wire";
import { useScreen, useStore, useView } from "./context";
import { NumberButton } from "./dial_pad";
import { HistoryIcon, InIcon, MissedIcon, NoteIcon, OutIcon, WarningIcon } from "./icons";
import { Empty, Zone } from "./zone";

export function Recent() {
  const { recent, nameOf, me, mine, monitored, wrapUp } = useView();
  const { earlier } = useScreen();
  const mayWrite = mine === null && monitored === null && wrapUp === null;
  if (earlier && earlier.calls.length > 0) return <Earlier {...earlier} />;
  return (
    <Zone zone="recent" title="Recent calls" isList>
      {recent.length === 0 ? (
        <Empty icon={<HistoryIcon />} title="No calls yet">Every call that ends is kept here: who called, who answered, and how it ended.</Empty>
      ) : (
        <ul className="recent">
          {recent.map((call) => <RecentCall key={call.id} call={call} handlers={listed(call.handled_by.map(nameOf))} mayWrite={mayWrite && me !== null && call.handled_by.includes(me.agent.id)} />)}
        </ul>
      )}
    </Zone>
  );
}

/** While somebody talks with me: what they called about before is worth more than the rest. */
function Earlier({ calls, notes }: Pick<EarlierCalls, "calls" | "notes">) {
  const { nameOf } = useView();
  return (
    <Zone zone="recent" title={`Earlier calls from ${phoneNumber(calls[0]!.caller)}`} count={calls.length} isList>
      <ul className="recent">
        {calls.map((call) => (
          <RecentCall key={call.id} call={call} handlers={listed(call.handled_by.map(nameOf))}
            notes={notes.filter(({ call_id }) => call_id === call.id).map(({ agent_id, text }) => ({ by: nameOf(agent_id), text }))} />
        ))}
      </ul>
    </Zone>
  );
}

interface RecentProps {
  readonly call: Call;
  /** Who had it, in words. */
  readonly handlers: string;
  /** I had it, and nothing else is in my hands. */
  readonly mayWrite?: boolean;
  readonly notes?: readonly { readonly by: string; readonly text: string }[];
}

const NONE: RecentProps["notes"] = [];

const RecentCall = memo(function RecentCall({ call, handlers, mayWrite = false, notes = NONE }: RecentProps) {
  const store = useStore();
  const now = store.now();
  const disposition = call.dispositions.at(-1)?.name;
  const wasAnswered = call.answered_at !== null;
  const wentWell = wasAnswered && call.end_reason === "completed";
  const isOut = isOutbound(call);
  const outside = call.transfer && !call.transfer.failed ? call.transfer.number : null;
  return (
    <li className={wentWell ? "answered" : isOut ? "unreached" : "missed"} data-call={call.id} data-outcome={call.end_reason ?? ""}>
      <span className="outcome" aria-hidden="true">{isOut ? <OutIcon /> : wentWell ? <InIcon /> : call.end_reason === "failed" ? <WarningIcon /> : <MissedIcon />}</span>
      <span className="who">
        {isDiallable(call.caller) ? <NumberButton number={call.caller} /> : <strong className="caller">{phoneNumber(call.caller)}</strong>}
        <span className="doing">{isOut ? "Outgoing, " : <span className="hidden">Incoming, </span>}{isOut ? outcomeOf(call).toLowerCase() : outcomeOf(call)}{disposition && ` · ${disposition}`}{handlers && ` · ${handlers}`}{outside && `, then ${phoneNumber(outside)}`}</span>
        {notes?.map(({ by, text }) => <span key={by} className="noted"><b>{by}</b> {text}</span>)}
      </span>
      {mayWrite && (
        <button type="button" className="button small quiet write-up" aria-label={`Write up the call with ${phoneNumber(call.caller)}`} title="Note, and how it went" onClick={() => store.writeUp(call.id)}>
          <NoteIcon />
        </button>
      )}
      <span className="when">
        <time dateTime={call.ended_at ?? call.started_at} title={`Began ${timeOfDay(call.started_at, now)}`}>{timeOfDay(call.ended_at ?? call.started_at, now)}</time>
        <span className="spans">
          {duration(waited(call))} {isOut ? "ring" : "wait"}{wasAnswered && ` · ${duration(inAll(call))} in all`}
        </span>
      </span>
    </li>
  );
});

function waited(call: Call): number {
  return Date.parse(call.answered_at ?? call.ended_at ?? call.since) - Date.parse(call.started_at);
}

/** A call may be parked and ring again after it was answered: how much of it was talk is not known here. */
export function inAll(call: Call): number {
  return Date.parse(call.ended_at ?? call.since) - Date.parse(call.started_at);
}
