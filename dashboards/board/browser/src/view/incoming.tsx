/** Who is calling: for me, for others, and who has just stopped. */
import { memo } from "react";
import type { PassingCall } from "../board_state";
import { mayAnswer, nextToAnswer, type BoardView, type SeenCall } from "../board_view";
import { wayOut } from "../conference";
import { duration, listed, NOT_TAKEN, phoneNumber } from "../format";
import { handedTo, isDiallable, ringsOutside } from "../parties";
import { Elapsed } from "./clock";
import { useScreen, useStore, useView } from "./context";
import { NumberButton } from "./dial_pad";
import { HangUpIcon, InIcon, OutsideIcon, PhoneIcon, TransferIcon } from "./icons";
import type { Transfer } from "../wire";
import { KeyHint } from "./key_hint";
import { Empty, Zone } from "./zone";

export function Incoming() {
  const view = useView();
  const { ringing, ringBacks, elsewhere, passing } = view;
  const next = nextToAnswer(view)?.id;
  const waiting = ringing.length + ringBacks.length + elsewhere.length;
  return (
    <Zone zone="incoming" title="Incoming" count={waiting}>
      {waiting + passing.length === 0 ? (
        <NobodyCalls view={view} />
      ) : (
        <ul className="cards">
          {ringing.map((call) => (
            <RingingCard key={call.id} call={call} isFirst={call.id === next} why={whyItRings(call, view)} first={mustFirst(call, view)} holdsMine={view.mine !== null} ringSeconds={view.rules.ring_seconds} />
          ))}
          {ringBacks.map((call) => (
            <RingBackCard key={`back-${call.id}`} call={call} isFirst={call.id === next} first={mustFirst(call, view)} />
          ))}
          {elsewhere.map((call) => call.transfer
            ? <HandedCard key={call.id} call={call} transfer={call.transfer} />
            : <ElsewhereCard key={call.id} call={call} note={call.state === "held" ? whyItRings(call, view)! : whomItRings(call, view)} mayAnswer={mayTake(call, view)} isNext={call.id === next} holdsMine={view.takes === "by-hold"} />)}
          {passing.map((gone) => <PassingCard key={gone.call.id} gone={gone} by={gone.reason.kind === "taken" ? view.nameOf(gone.reason.by) : null} />)}
        </ul>
      )}
    </Zone>
  );
}

function NobodyCalls({ view }: { view: BoardView }) {
  const { me } = useScreen().board;
  const presence = view.me?.presence;
  const canRing = presence === "available" || presence === "ringing" || presence === "on_call";
  if (view.isPast) return <Empty icon={<PhoneIcon />} title="Nobody is calling" />;
  if (view.held.length > 0 && view.mine === null) return <Empty icon={<PhoneIcon />} title="Nobody is calling">While somebody waits on hold for you, nobody else rings here.</Empty>;
  return (
    <Empty icon={<PhoneIcon />} title="Nobody is calling">
      {!canRing
        ? `${presence === "wrap_up" && view.me?.agent.wanted === "available" ? "Finish your wrap-up" : "Go available"}, and the next caller rings here.`
        : me?.simulated && me.lab_url
          ? <>Calls ring here as they arrive. To try one, play a caller in <a href={me.lab_url} target="_blank" rel="noreferrer">the lab</a>.</>
          : "Calls ring here as they arrive."}
    </Empty>
  );
}

function CallerLines({ call, note, mayCall = false }: { call: SeenCall | PassingCall["call"]; note?: string; mayCall?: boolean }) {
  return (
    <div className="who">
      {mayCall && isDiallable(call.caller)
        ? <NumberButton number={call.caller} />
        : <strong className="caller"><span className="hidden">Call from </span>{phoneNumber(call.caller)}</strong>}
      <span className="dialled">{note ?? `to ${phoneNumber(call.number)}`}</span>
    </div>
  );
}

/** What must be done before that call can be answered, in words; null if it can be now. */
function mustFirst(call: SeenCall, view: BoardView): string | null {
  const { me, mine, monitored } = view;
  if (mayAnswer(call, view)) return null;
  if (mine) return wayOut(mine, mine.agent_id === me?.agent.id);
  return monitored ? "Leave the call you listen to" : "Talk to whoever is on hold, or park them,";
}

interface RingingProps {
  readonly call: SeenCall;
  readonly ringSeconds: number;
  readonly isFirst: boolean;
  readonly why: string | null;
  /** What must be done before it can be answered. */
  readonly first: string | null;
  /** Answering puts my call on hold. */
  readonly holdsMine: boolean;
}

const RingingCard = memo(function RingingCard({ call, isFirst, why, first, holdsMine, ringSeconds }: RingingProps) {
  const store = useStore();
  return (
    <li className={`card ringing ${isFirst ? "next" : ""}`} data-call={call.id}>
      <div className="card-top">
        <span className="badge ring" aria-hidden="true"><PhoneIcon /></span>
        <CallerLines call={call} {...(why ? { note: why } : {})} />
        <span className="wait-of">
          <Elapsed since={call.consult?.since ?? (call.transfer ? call.since : call.started_at)} className="wait" />
          <RingLimit call={call} seconds={ringSeconds} />
        </span>
      </div>
      {first ? (
        <p className="card-note">{first} to answer this one.</p>
      ) : (
        <div className="actions">
          <button type="button" className="button answer" data-card-focus onClick={() => store.answer(call.id)}>
            <PhoneIcon />{holdsMine ? "Hold mine, answer" : "Answer"}{isFirst && <KeyHint keys="A" />}
          </button>
          <button type="button" className="button quiet" onClick={() => store.decline(call.id)}>
            Decline{isFirst && <KeyHint keys="D" />}
          </button>
        </div>
      )}
    </li>
  );
});

/** How long a caller who rings for the first time is kept waiting at most. */
function RingLimit({ call, seconds }: { call: SeenCall; seconds: number }) {
  if (call.transfer || call.consult || call.answered_at || call.since !== call.started_at) return null;
  return <small title="Nobody is waited for any longer; the caller is told so">of {duration(seconds * 1000)}</small>;
}

/** A caller who has been parked too long: the lot has the card, this one only rings. */
function RingBackCard({ call, isFirst, first }: Pick<RingingProps, "call" | "isFirst" | "first">) {
  const store = useStore();
  const { mine, nameOf } = useView();
  const where = `Parked too long in slot ${call.slot ?? "?"}${call.parked_by ? `, by ${nameOf(call.parked_by)}` : ""}`;
  return (
    <li className={`card ringing overdue ${isFirst ? "next" : ""}`} data-ring-back={call.id}>
      <div className="card-top">
        <span className="badge ring" aria-hidden="true"><PhoneIcon /></span>
        <CallerLines call={call} note={where} />
        <Elapsed since={call.since} className="wait" />
      </div>
      {first ? (
        <p className="card-note">{first} to pick this one up.</p>
      ) : (
        <div className="actions">
          <button type="button" className="button answer" onClick={() => store.pickUp(call.id)}>
            <PhoneIcon />{mine ? "Hold mine, answer" : "Answer"}{isFirst && <KeyHint keys="A" />}
          </button>
          <button type="button" className="button quiet" onClick={() => store.decline(call.id)}>
            Decline{isFirst && <KeyHint keys="D" />}
          </button>
        </div>
      )}
    </li>
  );
}

interface ElsewhereProps {
  readonly call: SeenCall;
  readonly note: string;
  readonly mayAnswer: boolean;
  readonly isNext: boolean;
  /** Answering puts my call on hold. */
  readonly holdsMine: boolean;
}

/** A call that does not ring for me. Whoever is free may take it all the same: a caller waits. */
const ElsewhereCard = memo(function ElsewhereCard({ call, note, mayAnswer, isNext, holdsMine }: ElsewhereProps) {
  const store = useStore();
  return (
    <li className={`card elsewhere ${call.pending ? "pending" : ""}`} data-call={call.id}>
      <div className="card-top">
        <span className="badge" aria-hidden="true"><InIcon /></span>
        <CallerLines call={call} note={note} />
        <Elapsed since={call.started_at} className="wait" />
        {mayAnswer && (
          <button type="button" className="button small" title={holdsMine ? "Your call is put on hold meanwhile" : undefined} data-card-focus onClick={() => store.answer(call.id)}>
            Answer{isNext && <KeyHint keys="A" />}
          </button>
        )}
      </div>
    </li>
  );
});

const MOST_NAMES = 3;

/** Who is on a call is not disturbed; it rings there once that is over. */
function whomItRings(call: SeenCall, { isBusy, nameOf }: BoardView): string {
  if (call.pending === "decline") return "Declining…";
  const rung = call.offered_to.filter((id) => !isBusy(id));
  if (rung.length === 0) return "Nobody is available";
  return rung.length > MOST_NAMES ? `Ringing ${rung.length} agents` : `Ringing ${listed(rung.map(nameOf))}`;
}

function mayTake(call: SeenCall, view: BoardView): boolean {
  return mayAnswer(call, view) && call.pending === null && view.me?.presence !== "offline";
}

/** A call that one colleague hands to another. Whoever handed it over may take it back. */
function HandedCard({ call, transfer }: { call: SeenCall; transfer: Transfer }) {
  const store = useStore();
  const { me, takes, nameOf } = useView();
  const isMine = transfer.by === me?.agent.id;
  const note = transfer.failed
    ? `Back to ${nameOf(transfer.by)}`
    : transfer.team
      ? `Handed to ${handedTo(transfer, nameOf)} by ${isMine ? "you" : nameOf(transfer.by)}`
      : `${isMine ? "You hand" : `${nameOf(transfer.by)} hands`} this to ${handedTo(transfer, nameOf)}`;
  return (
    <li className={`card elsewhere ${call.pending ? "pending" : ""}`} data-call={call.id}>
      <div className="card-top">
        <span className="badge" aria-hidden="true">{ringsOutside(call) ? <OutsideIcon /> : <TransferIcon />}</span>
        <CallerLines call={call} note={note} />
        <Elapsed since={call.since} className="wait" />
        {isMine && takes !== null && call.pending === null && (
          <button type="button" className="button small" data-card-focus onClick={() => store.answer(call.id)}>Take back</button>
        )}
      </div>
    </li>
  );
}

/** Why a call rings at me that is no caller's first try. */
function whyItRings({ state, transfer, consult, agent_id }: SeenCall, { me, nameOf }: BoardView): string | null {
  if (state === "held") return agent_id === me?.agent.id ? "Waits on hold for you, too long by now" : `Waits on hold for ${nameOf(agent_id ?? "")}, too long by now`;
  if (consult && agent_id && consult.talk_with === "all") return `${nameOf(agent_id)} asks you into this conversation`;
  if (consult && agent_id) return `${nameOf(agent_id)} wants to ask you about this call`;
  if (!transfer) return null;
  const { by, team, failed } = transfer;
  if (team && !failed) return `Handed to ${nameOf(team)} by ${nameOf(by)}`;
  if (!failed) return `${nameOf(by)} hands this call to you`;
  return `${handedTo(transfer, nameOf)} ${NOT_TAKEN[failed]}: back to ${by === me?.agent.id ? "you" : nameOf(by)}`;
}

const PassingCard = memo(function PassingCard({ gone: { call, reason }, by }: { gone: PassingCall; by: string | null }) {
  const note = reason.kind === "taken"
    ? `${by ?? "A colleague"} has this call`
    : reason.kind === "unanswered" ? "Nobody answered in time" : call.answered_at ? "Hung up" : "Hung up before being answered";
  return (
    <li className="card passing" data-call={call.id}>
      <div className="card-top">
        <span className="badge" aria-hidden="true">{reason.kind === "taken" ? <PhoneIcon /> : <HangUpIcon />}</span>
        <CallerLines call={call} note={note} mayCall />
      </div>
    </li>
  );
});
