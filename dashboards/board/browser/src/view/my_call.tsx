/** The conversation I am in, large, with everything I can do with it. */
import type { SeenCall } from "../board_view";
import { useDragCard, useDropZone } from "../dnd";
import { phoneNumber } from "../format";
import { Elapsed } from "./clock";
import { useScreen, useStore, useView } from "./context";
import { GripIcon, HangUpIcon, HoldIcon, MicIcon, MicOffIcon, ParkIcon, PhoneIcon, ResumeIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { LevelMeters } from "./level_meters";
import { SlotMenu } from "./slot_menu";
import { TransferMenu } from "./transfer_menu";
import { VoiceState } from "./voice_state";
import { Empty, Zone } from "./zone";

export function MyCall() {
  const { mine, lot } = useView();
  const zone = useDropZone("mine", (cardId) => {
    if (mine?.id === cardId) return "home";
    return mine === null && lot.some(({ call }) => call?.id === cardId) ? "open" : "closed";
  });
  const className = zone.isOver ? "over" : zone.isOpen ? "open" : "";
  return (
    <Zone zone="mine" title="My call" className={className} dropRef={zone.ref}>
      {mine ? (
        <MyCallCard call={mine} />
      ) : (
        <Empty icon={<PhoneIcon />} title={zone.isOpen ? "Drop the caller here to pick up" : "You are not on a call"}>
          Answer a caller who rings, or pick one up from the parking lot.
        </Empty>
      )}
    </Zone>
  );
}

function MyCallCard({ call }: { call: SeenCall }) {
  const store = useStore();
  const { phone } = useScreen();
  const { freeSlot } = useView();
  const drag = useDragCard(call.id, call.pending !== null);
  const isEnding = call.pending === "hang-up";
  const isHeld = call.held_at !== null;
  const isTalk = call.state === "connected" && !isEnding;
  const speaks = phone.voice?.callId === call.id && phone.voice.status === "open";
  return (
    <article className={`my-call ${call.pending ? "pending" : ""} ${isHeld ? "held" : ""} ${drag.isDragged ? "dragged" : ""}`}
      data-call={call.id} {...drag.card}>
      <div className="my-call-top">
        <div className="grip" {...drag.grip} data-drag-handle data-card-focus>
          <GripIcon />
          <div className="who">
            <strong className="caller"><span className="hidden">Call with </span>{phoneNumber(call.caller)}</strong>
            <span className="dialled">dialled {phoneNumber(call.number)}</span>
          </div>
        </div>
        <Elapsed since={call.since} className="talk" />
      </div>
      <VoiceState call={call} />
      <LevelMeters isLive={speaks && !isHeld} isMuted={phone.muted} />
      <div className="actions wide">
        <button type="button" className={`button ${phone.muted ? "pressed" : ""}`} aria-pressed={phone.muted}
          disabled={phone.isPhone === false} onClick={() => store.toggleMute()}>
          {phone.muted ? <MicOffIcon /> : <MicIcon />}Mute<KeyHint keys="M" />
        </button>
        <button type="button" className={`button ${isHeld ? "attention" : ""}`} disabled={!isTalk}
          onClick={() => (isHeld ? store.resume(call.id) : store.hold(call.id))}>
          {isHeld ? <ResumeIcon /> : <HoldIcon />}{isHeld ? "Resume" : "Hold"}<KeyHint keys="O" />
        </button>
        <TransferMenu callId={call.id} disabled={!isTalk} />
      </div>
      <div className="actions wide">
        <span className="split">
          <button type="button" className="button park" disabled={isEnding || freeSlot === null} onClick={() => store.park(call.id)}>
            <ParkIcon />Park<KeyHint keys="P" />
          </button>
          <SlotMenu callId={call.id} disabled={isEnding || freeSlot === null} />
        </span>
        <button type="button" className="button hang-up" disabled={isEnding} onClick={() => store.hangUp(call.id)}>
          <HangUpIcon />Hang up<KeyHint keys="⇧H" />
        </button>
      </div>
    </article>
  );
}
