/** Digits sent into a call, for whoever asks to "press 1": what was sent, and whether the keypad is open. */
import type { PhoneState } from "./softphone";
import type { Call } from "./wire";

export interface KeypadState {
  readonly isOpen: boolean;
  readonly sent: string;
}

export const CLOSED: KeypadState = { isOpen: false, sent: "" };

/** The keys of a telephone, with the letters that stand on them. */
export const TELEPHONE_KEYS: readonly { readonly key: string; readonly letters: string }[] = [
  { key: "1", letters: "" },
  { key: "2", letters: "ABC" },
  { key: "3", letters: "DEF" },
  { key: "4", letters: "GHI" },
  { key: "5", letters: "JKL" },
  { key: "6", letters: "MNO" },
  { key: "7", letters: "PQRS" },
  { key: "8", letters: "TUV" },
  { key: "9", letters: "WXYZ" },
  { key: "*", letters: "" },
  { key: "0", letters: "+" },
  { key: "#", letters: "" },
];

/** How long the SDK lets a digit sound, with the gap behind it, and a little more. */
const TONE = 250;

export function isTelephoneKey(key: string): boolean {
  return /^[0-9*#]$/.test(key);
}

export class Keypad {
  private state = CLOSED;
  private callId: string | null = null;
  /** Pressed while earlier digits still sound. */
  private waiting = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    /** False if my voice is not in the call, and the digits went nowhere. */
    private readonly send: (digits: string) => boolean,
    private readonly changed: (state: KeypadState) => void,
  ) {}

  toggle(): void {
    this.show({ isOpen: !this.state.isOpen });
  }

  close(): void {
    if (this.state.isOpen) this.show({ isOpen: false });
  }

  press(digit: string): void {
    if (!isTelephoneKey(digit)) return;
    this.waiting += digit;
    if (this.timer !== undefined || this.sendWaiting()) this.show({ sent: this.state.sent + digit });
  }

  /** Browsers forget tones that have not begun when new ones are given: these wait until the others have sounded. */
  private sendWaiting(): boolean {
    const digits = this.waiting;
    this.waiting = "";
    this.timer = undefined;
    if (digits === "" || !this.send(digits)) return false;
    this.timer = setTimeout(() => this.sendWaiting(), digits.length * TONE);
    return true;
  }

  /** The call my voice is in, or null: another call begins with nothing sent. */
  follow(callId: string | null): void {
    if (callId === null) return this.close();
    if (callId === this.callId) return;
    this.callId = callId;
    this.waiting = "";
    if (this.state.sent !== "" || this.state.isOpen) this.show(CLOSED);
  }

  private show(change: Partial<KeypadState>): void {
    this.state = { ...this.state, ...change };
    this.changed(this.state);
  }
}

/** Only while my voice is there, and somebody outside or a colleague hears it. */
export function maySendDigits(call: Call, { voice, isPhone }: PhoneState): boolean {
  const isThere = isPhone !== false && voice?.callId === call.id && voice.status === "open";
  return isThere && call.state === "connected" && (call.held_at === null || call.consult?.present === true);
}
