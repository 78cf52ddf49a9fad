/** The conversation I am in, large, with everything I can do with it. */
import type { SeenCall } from "../board_view";
import { isConference, isFull, isShared, mayAdd, othersTalk } from "../conference";
import { useDragCard, useDropZone } from "../dnd";
import { phoneNumber } from "../format";
import { maySendDigits } from "../keypad";
import { consultOf, isBeingCalled, ourLine, outsiderWord } from "../parties";
import type { Consult, TalkWith } from "../wire";
import { NothingCameOfIt, Placing } from "./calling";
import { Elapsed } from "./clock";
import { ColleagueMenu } from "./colleague_menu";
import { Participants } from "./participants";
import { useScreen, useStore, useView } from "./context";
import { CloseIcon, GripIcon, HangUpIcon, HoldIcon, MicIcon, MicOffIcon, ParkIcon, PhoneIcon, ResumeIcon, TransferIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { KeypadButton } from "./keypad";
import { OnHold } from "./on_hold";
import { LevelMeters } from "./level_meters";
import { NotesOfOthers, Paperwork } from "./paperwork";
import { HelpButton, MonitoringCard } from "./monitoring";
import { SlotMenu } from "./slot_menu";
import { VoiceState } from "./voice_state";
import { FinishWrapUp, WrapUpCard, WrapUpIsOver, WrittenUpLater } from "./wrap_up";
import { Empty, Zone } from "./zone";

export function MyCall() {
  const { me, mine, held, takes, lot, monitored, wrapUp, reopened, writtenAbout } = useView();
  const { noteHeld, dial } = useScreen();
  const about = writtenAbout ?? (mine || held.some(({ id }) => id === noteHeld) ? null : noteHeld);
  const zone = useDropZone("mine", (cardId) => {
    if (mine?.id === cardId || held.some(({ id }) => id === cardId)) return "home";
    return takes !== null && lot.some(({ call }) => call?.id === cardId) ? "open" : "closed";
  });
  const className = zone.isOver ? "over" : zone.isOpen ? "open" : "";
  return (
    <Zone zone="mine" title={mine === null && monitored ? "Monitoring" : "My call"} className={className} dropRef={zone.ref}
      aside={mine && mine.agent_id === me?.agent.id && mine.state === "connected" ? <HelpButton call={mine} /> : null}>
      <OnHold />
      {mine ? (
        <MyCallCard call={mine} />
      ) : monitored ? (
        <MonitoringCard call={monitored.call} monitor={monitored.monitor} />
      ) : dial.placing ? (
        <Placing number={dial.placing.number} />
      ) : wrapUp ? (
        <WrapUpCard wrapUp={wrapUp} />
      ) : reopened ? (
        <WrittenUpLater call={reopened} />
      ) : about ? (
        <WrapUpIsOver callId={about} />
      ) : dial.over ? (
        <NothingCameOfIt call={dial.over} />
      ) : held.length > 0 ? (
        <Empty icon={<HoldIcon />} title="Nobody is talking with you">Somebody waits on hold for you. Resume the call, park it or hand it over.</Empty>
      ) : (
        <Empty icon={<PhoneIcon />} title={zone.isOpen ? "Drop the caller here to pick up" : "You are not on a call"}>
          Answer a caller who rings, pick one up from the parking lot, or call a number.
        </Empty>
      )}
      {about && !monitored && <Paperwork key={about} callId={about} />}
      {wrapUp && !monitored && <FinishWrapUp />}
    </Zone>
  );
}

function MyCallCard({ call }: { call: SeenCall }) {
  const { phone } = useScreen();
  const { me, nameOf, rules } = useView();
  const consult = consultOf(call);
  const guest = call.guests.find(({ id }) => id === me?.agent.id);
  const isAsked = consult?.agent_id === me?.agent.id || guest !== undefined;
  const firstNameOf = (id: string) => nameOf(id).split(" ")[0]!;
  const mayGrow = mayAdd(call, me?.agent.id) && !isFull(call, rules);
  const isFixed = (isShared(call) && !mayGrow) || isBeingCalled(call);
  const drag = useDragCard(call.id, call.pending !== null || isFixed);
  const isHeld = call.held_at !== null;
  const speaks = phone.voice?.callId === call.id && phone.voice.status === "open";
  const hears = speaks && (!isHeld || consult !== null);
  const of = isAsked && call.agent_id ? (isConference(call) || consult?.talk_with === "all" ? `${nameOf(call.agent_id)} has this call` : `${nameOf(call.agent_id)} asks you about this call`) : ourLine(call);
  return (
    <article className={`my-call ${call.pending ? "pending" : ""} ${isHeld && !consult ? "held" : ""} ${drag.isDragged ? "dragged" : ""}`}
      data-call={call.id} {...drag.card}>
      <div className="my-call-top">
        <div className="grip" {...drag.grip} data-drag-handle data-card-focus>
          {!isFixed && <GripIcon />}
          <div className="who">
            <strong className="caller"><span className="hidden">Call with </span>{phoneNumber(call.caller)}</strong>
            <span className="dialled">{of}</span>
          </div>
        </div>
        <Elapsed since={(isAsked ? (guest?.since ?? consult?.since) : null) ?? call.since} className="talk" />
      </div>
      <VoiceState call={call} />
      <LevelMeters isLive={hears} isMuted={phone.muted} other={heard(call, consult, isAsked, firstNameOf)} />
      {isConference(call) && <Participants call={call} />}
      {isBeingCalled(call) ? <CallingActions call={call} /> : isAsked ? <AskedActions call={call} /> : isConference(call) ? <ConferenceActions call={call} />
        : consult === null ? <TalkActions call={call} /> : <ConsultActions call={call} consult={consult} />}
    </article>
  );
}

/** Whose voice reaches me. */
function heard(call: SeenCall, consult: Consult | null, isAsked: boolean, firstNameOf: (id: string) => string): string {
  const caller = outsiderWord(call);
  if (isConference(call)) return "Others";
  if (!consult) return caller;
  if (consult.talk_with === "caller") return isAsked ? "Music" : caller;
  return consult.talk_with === "all" ? "Others" : isAsked ? firstNameOf(call.agent_id ?? "") : consult.number ? "Outside" : firstNameOf(consult.agent_id ?? "");
}

/** Nobody is there yet: there is only the end of it. */
function CallingActions({ call }: { call: SeenCall }) {
  return (
    <div className="actions wide">
      <MuteButton />
      <HangUpButton call={call} />
    </div>
  );
}

function TalkActions({ call }: { call: SeenCall }) {
  const store = useStore();
  const { freeSlot } = useView();
  const { phone } = useScreen();
  const isEnding = call.pending === "hang-up";
  const isHeld = call.held_at !== null;
  const isTalk = call.state === "connected" && !isEnding;
  return (
    <>
      <div className="actions wide with-keypad talk-row">
        <MuteButton />
        <button type="button" className={`button ${isHeld ? "attention" : ""}`} disabled={!isTalk}
          onClick={() => (isHeld ? store.resume(call.id) : store.hold(call.id))}>
          {isHeld ? <ResumeIcon /> : <HoldIcon />}{isHeld ? "Resume" : "Hold"}<KeyHint keys="O" />
        </button>
        <span className="split">
          <button type="button" className="button park" disabled={isEnding || freeSlot === null} onClick={() => store.park(call.id)}>
            <ParkIcon />Park<KeyHint keys="P" />
          </button>
          <SlotMenu callId={call.id} disabled={isEnding || freeSlot === null} />
        </span>
        <KeypadButton isSmall disabled={isEnding || !maySendDigits(call, phone)} />
      </div>
      <div className="actions wide">
        <ColleagueMenu kind="consult" call={call} disabled={!isTalk} />
        <ColleagueMenu kind="transfer" call={call} disabled={!isTalk} />
        <HangUpButton call={call} />
      </div>
    </>
  );
}

const TALKS: readonly { readonly with: TalkWith; readonly words: (colleague: string, caller: string) => string }[] = [
  { with: "colleague", words: (colleague) => colleague },
  { with: "caller", words: (_, caller) => caller },
  { with: "all", words: () => "All three" },
];

/** While I consult: whom I talk with, and the two ends of it. */
function ConsultActions({ call, consult }: { call: SeenCall; consult: Consult }) {
  const store = useStore();
  const { nameOf } = useView();
  const { phone } = useScreen();
  const colleague = consult.number ? phoneNumber(consult.number) : nameOf(consult.agent_id ?? "").split(" ")[0]!;
  const swapsTo = !consult.present ? null : consult.talk_with === "colleague" ? "caller" : "colleague";
  return (
    <>
      <div className="actions wide with-keypad">
        <div className={`segments ${consult.number ? "with-number" : ""}`} role="group" aria-label="You talk with">
          {TALKS.map((talk) => (
            <button key={talk.with} type="button" className={`button ${consult.number && talk.with === "colleague" ? "" : "uncut"} ${consult.talk_with === talk.with ? "chosen" : ""}`}
              aria-pressed={consult.talk_with === talk.with} disabled={!consult.present} onClick={() => store.talkWith(call.id, talk.with)}>
              <span className="cut">{talk.words(colleague, outsiderWord(call))}</span>{talk.with === swapsTo && <KeyHint keys="S" />}
            </button>
          ))}
        </div>
        <KeypadButton isSmall disabled={!maySendDigits(call, phone)} />
      </div>
      <div className="actions wide by-words">
        <MuteButton />
        {mayAdd(call, call.agent_id ?? undefined) && <AddButton call={call} />}
        <button type="button" className="button" onClick={() => store.cancelConsult(call.id)}>
          <CloseIcon /><span>{consult.number ? <>Let them go<span className="hidden">: {colleague}</span></> : `Let ${colleague} go`}</span><KeyHint keys="C" />
        </button>
        <button type="button" className="button primary" onClick={() => store.complete(call.id)}>
          <TransferIcon />Hand over{consult.present && <KeyHint keys="T" />}
        </button>
      </div>
    </>
  );
}

/** More than three talk: one more may be asked in, and I may leave the others talking. */
function ConferenceActions({ call }: { call: SeenCall }) {
  const store = useStore();
  const { phone } = useScreen();
  return (
    <div className="actions wide one-row">
      <MuteButton />
      <AddButton call={call} />
      <KeypadButton isSmall disabled={!maySendDigits(call, phone)} />
      <button type="button" className="button primary" disabled={call.pending === "complete" || !othersTalk(call)} onClick={() => store.complete(call.id)}>
        <TransferIcon />Leave them talking<KeyHint keys="T" />
      </button>
    </div>
  );
}

function AddButton({ call }: { call: SeenCall }) {
  const { me, rules } = useView();
  return <ColleagueMenu kind="add" call={call} disabled={!mayAdd(call, me?.agent.id) || isFull(call, rules) || call.pending !== null} />;
}

/** A colleague consults me, or I am a guest of theirs: the call is theirs. */
function AskedActions({ call }: { call: SeenCall }) {
  const store = useStore();
  return (
    <>
      <NotesOfOthers callId={call.id} />
      <div className="actions wide">
        <MuteButton />
        <button type="button" className="button hang-up" onClick={() => store.leave(call.id)}>
          <HangUpIcon />Leave<KeyHint keys="⇧H" />
        </button>
      </div>
    </>
  );
}

function MuteButton() {
  const store = useStore();
  const { phone } = useScreen();
  return (
    <button type="button" className={`button ${phone.muted ? "pressed" : ""}`} aria-pressed={phone.muted}
      disabled={phone.isPhone === false} onClick={() => store.toggleMute()}>
      {phone.muted ? <MicOffIcon /> : <MicIcon />}Mute<KeyHint keys="M" />
    </button>
  );
}

function HangUpButton({ call }: { call: SeenCall }) {
  const store = useStore();
  return (
    <button type="button" className="button hang-up" disabled={call.pending === "hang-up"} onClick={() => store.hangUp(call.id)}>
      <HangUpIcon />Hang up<KeyHint keys="⇧H" />
    </button>
  );
}
