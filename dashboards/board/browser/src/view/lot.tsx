/** The parking lot: one drop zone, numbered slots, who waits in them and for how long. */
import { useSyncExternalStore } from "react";
import type { SeenCall, Slot } from "../board_view";
import { isShared } from "../conference";
import { onTick } from "../clock";
import { useDragCard, useDropZone } from "../dnd";
import { duration, phoneNumber } from "../format";
import { isBeingCalled } from "../parties";
import { Elapsed } from "./clock";
import { useStore, useView } from "./context";
import { GripIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { Zone } from "./zone";

export function Lot() {
  const { lot, mine, held, freeSlot } = useView();
  const mayPark = mine !== null && !isShared(mine) && !isBeingCalled(mine);
  const zone = useDropZone("lot", (cardId) => {
    if (lot.some(({ call }) => call?.id === cardId)) return "home";
    const isMine = (mine?.id === cardId && mayPark) || held.some(({ id }) => id === cardId);
    return isMine && freeSlot !== null ? "open" : "closed";
  });
  const taken = lot.filter(({ call }) => call).length;
  const className = zone.isOver ? "over" : zone.isOpen ? "open" : "";
  return (
    <Zone zone="lot" title="Parking lot" count={`${taken}/${lot.length}`} className={className} dropRef={zone.ref}
      aside={zone.isOpen ? `Drop to park in slot ${freeSlot}` : taken > 0 ? undefined : mayPark ? "Drag your call here, or press Park" : "Parked callers wait here"} isList={taken === 0}>
      <ol className="slots">
        {lot.map((slot) => <LotSlot key={slot.slot} {...slot} isNext={zone.isOpen && slot.slot === freeSlot} />)}
      </ol>
    </Zone>
  );
}

function LotSlot({ slot, call, isNext }: Slot & { isNext: boolean }) {
  return (
    <li className={`slot ${call ? "taken" : "free"} ${isNext ? "next" : ""}`} data-slot={slot}>
      {call ? <ParkedCard key={call.id} slot={slot} call={call} /> : <><span className="slot-number">{slot}</span><span className="slot-free">Free</span></>}
    </li>
  );
}

function ParkedCard({ slot, call }: { slot: number; call: SeenCall }) {
  const store = useStore();
  const { me, takes, nameOf, wrapUp, isPast } = useView();
  const drag = useDragCard(call.id, isPast || call.pending !== null);
  const isOverdue = call.offered_to.length > 0;
  return (
    <div className={`parked ${call.pending ? "pending" : ""} ${drag.isDragged ? "dragged" : ""} ${isOverdue ? "overdue" : ""}`}
      data-call={call.id} {...drag.card}>
      <div className="grip" {...(isPast ? {} : { ...drag.grip, "data-drag-handle": true, "data-card-focus": true })}>
        <span className="slot-number"><span className="hidden">Slot </span>{slot}</span>
        <strong className="caller"><span className="hidden">Call from </span>{phoneNumber(call.caller)}</strong>
        {!isPast && <GripIcon />}
      </div>
      <div className="parked-bottom">
        <Waiting since={call.since} isOverdue={isOverdue} />
        <span className="parked-by dialled">
          {isOverdue ? "rings back" : call.parked_by && (call.parked_by === me?.agent.id
            ? <><span className="hidden">parked </span>by you</>
            : <><span className="hidden">parked by </span>{nameOf(call.parked_by)}</>)}
        </span>
        {!isPast && <button type="button" className="button small pick-up" disabled={takes === null || call.pending !== null}
          title={takes === "by-hold" ? "Your call is put on hold meanwhile" : undefined} onClick={() => store.pickUp(call.id)}>
          Pick up{slot <= 9 && !wrapUp && <KeyHint keys={String(slot)} />}
        </button>}
      </div>
    </div>
  );
}

/** From two thirds of the time after which a caller in the lot, or on hold, rings back. */
const LONG = 2 / 3;

interface WaitingProps {
  /** From when on it is counted until the caller rings back. */
  readonly since: string;
  /** Since when the caller waits, if that is longer. */
  readonly shown?: string;
  readonly isOverdue: boolean;
}

export function Waiting({ since, shown = since, isOverdue }: WaitingProps) {
  const store = useStore();
  const limit = useView().rules.park_seconds * 1000;
  const age = () => store.now() - Date.parse(since);
  const tone = useSyncExternalStore(onTick, () => (age() > limit ? "too-long" : age() > limit * LONG ? "long" : ""));
  return (
    <span title={isOverdue ? "Waits too long, and rings back" : `Rings back after ${duration(limit)}`}>
      <Elapsed since={shown} className={`wait ${tone}`} />
    </span>
  );
}
