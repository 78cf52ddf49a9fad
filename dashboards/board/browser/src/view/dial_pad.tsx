/** The dial pad: a panel beside the board, so that whoever rings meanwhile is still seen; at phone width a sheet. */
import { useEffect, useLayoutEffect, useRef, type FormEvent, type KeyboardEvent, type RefObject } from "react";
import { callerIdOf, whyNoCall } from "../dialler";
import { phoneNumber } from "../format";
import { isTelephoneKey } from "../keypad";
import { useScreen, useStore, useView } from "./context";
import { CloseIcon, PhoneIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { NumberField, numberOf, RecentNumbers, useReading, type NumberFieldHandle } from "./number_field";
import { TelephoneKeys } from "./telephone_keys";

const DIAL_PAD = "dial-pad";
const MOST_RECENT = 5;

export function CallButton() {
  const store = useStore();
  const { dial } = useScreen();
  return (
    <button type="button" className={`button call-out ${dial.isOpen ? "chosen" : ""}`} aria-haspopup="dialog" aria-expanded={dial.isOpen}
      aria-controls={dial.isOpen ? DIAL_PAD : undefined} data-call-out onClick={() => (dial.isOpen ? store.dialler.close() : store.dialler.open())}>
      <PhoneIcon /><span>Call</span><KeyHint keys="⇧D" />
    </button>
  );
}

export function DialPad({ board }: { board: RefObject<HTMLElement | null> }) {
  const { dial } = useScreen();
  const { mine } = useView();
  const opener = useRef<HTMLElement | null>(null);
  const wasOpen = useRef(false);
  // Noted before the pad takes the focus. It goes back there, or on to the call that was begun.
  useLayoutEffect(() => {
    if (dial.isOpen === wasOpen.current) return;
    wasOpen.current = dial.isOpen;
    if (dial.isOpen) {
      opener.current = focusedIn(board.current);
      return;
    }
    if (focusedIn(board.current)) return; // somebody has gone on elsewhere
    const mineNow = dial.placing !== null || dial.over !== null || mine !== null;
    const zone = board.current?.querySelector<HTMLElement>("[data-zone=mine]");
    const back = opener.current?.isConnected ? opener.current : board.current?.querySelector<HTMLElement>("[data-call-out]");
    (mineNow ? (zone?.querySelector<HTMLElement>("[data-card-focus]") ?? zone?.querySelector<HTMLElement>("h2")) : back)?.focus();
  }, [dial.isOpen, dial.placing, dial.over, mine, board]);
  return dial.isOpen ? <Pad /> : null;
}

/** The element with the focus, in whatever root the board is drawn into; null if it is none of the board. */
function focusedIn(board: HTMLElement | null): HTMLElement | null {
  const root = board?.getRootNode() as Document | ShadowRoot | undefined;
  const focused = root?.activeElement;
  return focused instanceof HTMLElement && board?.contains(focused) ? focused : null;
}

function Pad() {
  const store = useStore();
  const { dial, preferences } = useScreen();
  const view = useView();
  const reading = useReading(dial.text);
  const field = useRef<NumberFieldHandle>(null);
  const why = whyNoCall(dial, view);
  const isEmpty = dial.text.trim() === "";
  const isOff = why !== null || isEmpty || dial.placing !== null || Boolean(reading?.refusal);
  useEffect(() => field.current?.focus(), [dial.openings]);
  const call = (event: FormEvent) => {
    event.preventDefault();
    if (!isOff) void store.dialler.call(numberOf(dial.text, reading), callerIdOf(dial.dialling, preferences.callerId));
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      store.dialler.close();
    } else if (!(event.target instanceof HTMLInputElement) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // Digits are for the field wherever in the pad the focus is.
      if (isTelephoneKey(event.key) || event.key === "+") field.current?.insert(event.key);
      else if (event.key === "Backspace") field.current?.erase();
      else return;
      event.preventDefault();
    }
  };
  return (
    <section id={DIAL_PAD} className="dial-pad" role="dialog" aria-labelledby="dial-pad-title" data-own-keys onKeyDown={pressed}>
      <div className="pad-head">
        <h2 id="dial-pad-title">Call</h2>
        <button type="button" className="icon-button" aria-label="Close the dial pad" onClick={() => store.dialler.close()}><CloseIcon /></button>
      </div>
      <WhoRings />
      <form onSubmit={call}>
        <NumberField hasKeys handle={field} text={dial.text} onText={(text) => store.dialler.type(text)} reading={reading} refused={dial.refused} />
        <TelephoneKeys hasPlus onKey={(key) => field.current?.insert(key)} />
        <CallerId />
        {why && <p className="pad-why" role="status">{why}</p>}
        <button type="submit" className="button answer call-now" disabled={isOff}><PhoneIcon />{dial.placing ? "Calling…" : "Call"}</button>
      </form>
      <RecentNumbers most={MOST_RECENT} onChoose={(number) => store.dialler.open(number)} />
    </section>
  );
}

/** Which of our numbers is shown to whoever is called. */
function CallerId() {
  const store = useStore();
  const { dial, preferences } = useScreen();
  const ours = dial.dialling?.caller_ids ?? [];
  const chosen = callerIdOf(dial.dialling, preferences.callerId);
  if (chosen === null) return null;
  if (ours.length === 1) return <p className="caller-id">They see <b>{phoneNumber(chosen)}</b></p>;
  return (
    <label className="caller-id">
      They see
      <select value={chosen} onChange={(event) => store.prefer({ callerId: event.target.value })}>
        {ours.map((number) => <option key={number} value={number}>{phoneNumber(number)}</option>)}
      </select>
    </label>
  );
}

/** At phone width the sheet lies over the callers who ring: the first of them is answered here. */
function WhoRings() {
  const store = useStore();
  const { ringing, takes } = useView();
  const first = ringing[0];
  if (!first || takes === null) return null;
  return (
    <p className="pad-ringing">
      <span><strong className="caller">{phoneNumber(first.caller)}</strong> is calling</span>
      <button type="button" className="button answer small" onClick={() => (store.dialler.close(), store.answer(first.id))}>Answer</button>
    </p>
  );
}

/** A number that is called with one more click: it opens the dial pad with it. */
export function NumberButton({ number }: { number: string }) {
  const store = useStore();
  const { isPast } = useView();
  if (isPast) return <strong className="caller">{phoneNumber(number)}</strong>;
  return (
    <button type="button" className="number-button caller" title="Call this number" onClick={() => store.dialler.open(number)}>
      <span className="hidden">Call </span>{phoneNumber(number)}
    </button>
  );
}
