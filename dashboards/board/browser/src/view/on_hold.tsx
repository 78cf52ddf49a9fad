/** My callers who wait on hold while I have another call in hand: one line each, and the way back to them. */
import type { SeenCall } from "../board_view";
import { useDragCard } from "../dnd";
import { phoneNumber } from "../format";
import { ColleagueMenu } from "./colleague_menu";
import { useStore, useView } from "./context";
import { GripIcon, HangUpIcon, ParkIcon, ResumeIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { Waiting } from "./lot";

export function OnHold() {
  const { held } = useView();
  if (held.length === 0) return null;
  return (
    <ul className="on-hold" aria-label="On hold for you">
      {held.map((call, place) => <HeldCard key={call.id} call={call} isFirst={place === 0} />)}
    </ul>
  );
}

function HeldCard({ call, isFirst }: { call: SeenCall; isFirst: boolean }) {
  const store = useStore();
  const { mine, resumes, freeSlot } = useView();
  const isPending = call.pending !== null;
  const drag = useDragCard(call.id, isPending);
  const caller = phoneNumber(call.caller);
  return (
    <li className={`held-card ${isPending ? "pending" : ""} ${drag.isDragged ? "dragged" : ""} ${call.overdue ? "overdue" : ""}`} data-call={call.id} {...drag.card}>
      <div className="grip" {...drag.grip} data-drag-handle data-card-focus>
        <GripIcon />
        <div className="who">
          <strong className="caller"><span className="hidden">On hold: </span>{caller}</strong>
          <span className="dialled">{call.overdue ? "rings back" : "on hold"}</span>
        </div>
      </div>
      <Waiting since={call.since} shown={call.held_at ?? call.since} isOverdue={call.overdue} />
      <div className="held-actions">
        <button type="button" className="button small attention" disabled={!resumes || isPending} onClick={() => store.resume(call.id)}>
          <ResumeIcon />{mine ? "Swap" : "Resume"}<span className="hidden"> to {caller}</span>{isFirst && resumes && <KeyHint keys="S" />}
        </button>
        <button type="button" className="button small" aria-label={`Park ${caller}`} title="Park" disabled={isPending || freeSlot === null} onClick={() => store.park(call.id)}>
          <ParkIcon />
        </button>
        <ColleagueMenu kind="transfer" call={call} disabled={isPending} isSmall />
        <button type="button" className="button small give-up" aria-label={`Hang up on ${caller}`} title="Hang up" disabled={isPending} onClick={() => store.hangUp(call.id)}>
          <HangUpIcon />
        </button>
      </div>
    </li>
  );
}
