/** A call of mine that nobody has answered: while it is being made, and for a while after it came to nothing. */
import type { SeenCall } from "../board_view";
import { whyNoCall } from "../dialler";
import { phoneNumber } from "../format";
import { nothingCameOfIt } from "../outcomes";
import type { Call } from "../wire";
import { useScreen, useStore, useView } from "./context";
import { CloseIcon, HangUpIcon, PhoneIcon } from "./icons";

/** Asked for, and not on the board yet. */
export function Placing({ number }: { number: string }) {
  return (
    <article className="my-call placing" aria-busy="true">
      <div className="my-call-top">
        <div className="who">
          <strong className="caller"><span className="hidden">Call to </span>{phoneNumber(number)}</strong>
          <span className="dialled">is being called</span>
        </div>
      </div>
      <div className="voice-state busy"><span className="pulse" aria-hidden="true" /><span role="status"><b>Calling…</b></span></div>
    </article>
  );
}

/** How far a call has come that I make. */
export function calling({ state, progress }: SeenCall): { readonly text: string; readonly detail: string } {
  if (state === "connecting") return { text: "Calling…", detail: "Your voice is being connected first." };
  return progress === "ringing"
    ? { text: "Ringing…", detail: "Their phone rings. You hear it as they pick up." }
    : { text: "Calling…", detail: "The number is being reached." };
}

export function NothingCameOfIt({ call }: { call: Call }) {
  const store = useStore();
  const { dial } = useScreen();
  const view = useView();
  const { title, detail } = nothingCameOfIt(call);
  const again = () => void store.dialler.call(call.caller, call.number);
  return (
    <article className="my-call came-to-nothing" data-call={call.id} data-outcome={call.end_reason ?? ""}>
      <div className="my-call-top">
        <div className="who">
          <strong className="caller"><span className="hidden">Call to </span>{phoneNumber(call.caller)}</strong>
          <span className="dialled">from {phoneNumber(call.number)}</span>
        </div>
      </div>
      <div className="voice-state unreached"><HangUpIcon /><span><b>{title}</b><small>{detail}</small></span></div>
      <div className="actions wide">
        <button type="button" className="button" onClick={() => store.dialler.forgetOver()}><CloseIcon />Dismiss</button>
        <button type="button" className="button answer" disabled={dial.placing !== null || whyNoCall(dial, view) !== null} onClick={again}><PhoneIcon />Call again</button>
      </div>
    </article>
  );
}
