/** A telephone number as people type it: the field, what the server understood, and recent ones to choose from. */
import { useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState, type ReactNode, type Ref } from "react";
import type { BoardView } from "../board_view";
import { recentNumbers, type RecentNumber } from "../dialler";
import { countryName, phoneNumber, timeOfDay } from "../format";
import { isOutbound } from "../parties";
import type { Reading } from "../wire";
import { useStore, useView } from "./context";
import { BackspaceIcon, InIcon, OutIcon } from "./icons";

const TYPING_PAUSE = 140;

/** What the server reads in that text; null until it has answered for just this text, or if it cannot be asked. */
export function useReading(text: string): Reading | null {
  const store = useStore();
  const [known, setKnown] = useState<{ readonly text: string; readonly reading: Reading } | null>(null);
  const asked = text.trim();
  useEffect(() => {
    if (asked === "") return;
    let isOver = false;
    const timer = setTimeout(() => {
      store.dialler.read(asked).then((reading) => !isOver && setKnown({ text: asked, reading }), () => undefined);
    }, TYPING_PAUSE);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [store, asked]);
  return known?.text === asked ? known.reading : null;
}

/** What stands in a field as it is to be called: the number that was read in it, else as it was typed. */
export function numberOf(text: string, reading: Reading | null): string {
  return reading?.number ?? text.trim();
}

export interface NumberFieldHandle {
  /** Put in where the cursor is. */
  insert(key: string): void;
  erase(): void;
  /** What stands in it is selected: the next key replaces it. */
  focus(): void;
}

export interface NumberFieldProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly reading: Reading | null;
  /** The server's word on the last try. */
  readonly refused?: string | null;
  readonly handle?: Ref<NumberFieldHandle>;
  /** There are keys beside it: then a phone's own keyboard would lie over them. */
  readonly hasKeys?: boolean;
}

export function NumberField({ text, onText, reading, refused = null, handle, hasKeys = false }: NumberFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const cursor = useRef<number | null>(null);
  const replace = (from: number, to: number, by: string) => {
    cursor.current = from + by.length;
    onText(text.slice(0, from) + by + text.slice(to));
  };
  const selection = (): readonly [number, number] => [input.current?.selectionStart ?? text.length, input.current?.selectionEnd ?? text.length];
  const erase = () => {
    const [from, to] = selection();
    if (from !== to) replace(from, to, "");
    else if (from > 0) replace(from - 1, from, "");
  };
  useImperativeHandle(handle, () => ({ insert: (key) => replace(...selection(), key), erase, focus: () => (input.current?.focus(), input.current?.select()) }));
  useLayoutEffect(() => {
    if (cursor.current !== null) input.current?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = null;
  }, [text]);
  return (
    <div className="number-field">
      <div className="number-line">
        <input ref={input} id={id} type="tel" inputMode={hasKeys && hasFinger() ? "none" : "tel"} autoComplete="off" enterKeyHint="go" placeholder="Number"
          aria-label="Telephone number" aria-describedby={`${id}-read`} aria-invalid={refused !== null || undefined} value={text}
          onChange={(event) => onText(event.target.value)} />
        {text !== "" && (
          <button type="button" className="icon-button" aria-label="Delete the last digit" onClick={() => (erase(), input.current?.focus())}><BackspaceIcon /></button>
        )}
      </div>
      <p id={`${id}-read`} className="reading" role="status">{refused ? <span className="refused">{refused}</span> : readingOf(text, reading)}</p>
    </div>
  );
}

function readingOf(text: string, reading: Reading | null): ReactNode {
  if (text.trim() === "") return "However it is written: with spaces, brackets, or without the country.";
  if (!reading) return " ";
  if (!reading.number) return reading.refusal?.detail ?? "That is no telephone number yet.";
  return (
    <>
      <b>{phoneNumber(reading.number)}</b>{reading.country && `, ${countryName(reading.country)}`}
      {reading.refusal && <span className="refused">{reading.refusal.detail}</span>}
    </>
  );
}

function hasFinger(): boolean {
  return matchMedia("(pointer: coarse) and (max-width: 719px)").matches;
}

/** Recent numbers. Choosing one fills the field. */
export function RecentNumbers({ most, except = null, onChoose }: { most: number; except?: string | null; onChoose: (number: string) => void }) {
  const view = useView();
  const numbers = recentNumbers(view, most, except);
  const now = useStore().now();
  if (numbers.length === 0) return null;
  return (
    <ul className="recent-numbers" aria-label="Recent numbers">
      {numbers.map((known) => (
        <li key={known.number}>
          <button type="button" onClick={() => onChoose(known.number)}>
            {isOutbound(known.call) ? <OutIcon /> : <InIcon />}
            <span className="caller">{phoneNumber(known.number)}</span>
            <small>{whenOf(known, view, now)}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}

function whenOf({ call, number }: RecentNumber, { live }: BoardView, now: number): string {
  return live.some(({ caller }) => caller === number) ? "on the line" : timeOfDay(call.started_at, now);
}
