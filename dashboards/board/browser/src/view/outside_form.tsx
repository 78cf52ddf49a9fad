/** In a menu of colleagues: a number outside, to hand the call to or to ask first. */
import { useEffect, useRef, type FormEvent } from "react";
import { whyNoCall } from "../dialler";
import type { ColleagueMenu } from "../screen";
import { useScreen, useStore, useView } from "./context";
import { AddIcon, ConsultIcon, TransferIcon } from "./icons";
import { NumberField, numberOf, RecentNumbers, useReading, type NumberFieldHandle } from "./number_field";

const MOST_RECENT = 4;

export function OutsideForm({ kind, callId, caller, close }: { kind: ColleagueMenu; callId: string; caller: string; close: () => void }) {
  const store = useStore();
  const { dial, drafts } = useScreen();
  const view = useView();
  const draft = `${kind} ${callId}`;
  const text = drafts[draft] ?? "";
  const reading = useReading(text);
  const field = useRef<NumberFieldHandle>(null);
  const why = whyNoCall(dial, { ...view, mine: null });
  const isOff = why !== null || text.trim() === "" || Boolean(reading?.refusal);
  useEffect(() => {
    void store.dialler.askWhether();
    field.current?.focus();
  }, [store]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isOff) return;
    close();
    const target = { number: numberOf(text, reading) };
    if (kind === "transfer") store.transfer(callId, target);
    else store.consult(callId, target);
  };
  return (
    <form className="outside-form" onSubmit={send}>
      <NumberField handle={field} text={text} onText={(typed) => store.draft(draft, typed)} reading={reading} />
      {why && <p className="pad-why" role="status">{why}</p>}
      <button type="submit" className="button primary" disabled={isOff}>
        {kind === "transfer" ? <><TransferIcon />Hand over</> : kind === "add" ? <><AddIcon />Add</> : <><ConsultIcon />Consult</>}
      </button>
      <RecentNumbers most={MOST_RECENT} except={caller} onChoose={(number) => (store.draft(draft, number), field.current?.focus())} />
    </form>
  );
}
