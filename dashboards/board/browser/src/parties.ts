/** Who is in a call, in words: whoever is outside, a colleague, an outside number; and whose turn it is. */
import { listed, phoneNumber } from "./format";
import type { Call, Consult, Transfer } from "./wire";

/** The consult of a call that is under way; one that failed only says why. */
export function consultOf(call: Pick<Call, "consult">): Consult | null {
  return call.consult && call.consult.failed === null ? call.consult : null;
}

type NameOf = (id: string) => string;

export function isOutbound({ direction }: Pick<Call, "direction">): boolean {
  return direction === "outbound";
}

/** We call somebody who has not answered yet. */
export function isBeingCalled(call: Call): boolean {
  return call.state === "dialling" || (call.state === "connecting" && isOutbound(call) && call.answered_at === null);
}

/** An outside number has the call; none of us is in it. */
export function isOutside({ state }: Call): boolean {
  return state === "forwarded";
}

/** It is handed to an outside number, which is being rung. */
export function ringsOutside({ state, transfer }: Call): boolean {
  return state === "ringing" && Boolean(transfer?.number) && !transfer?.failed;
}

/** Which of our numbers the call is on, and which way it went. */
export function ourLine(call: Pick<Call, "direction" | "number">): string {
  return `${isOutbound(call) ? "called from" : "dialled"} ${phoneNumber(call.number)}`;
}

/** The person outside, in one word. */
export function outsiderWord(call: Pick<Call, "direction">): string {
  return isOutbound(call) ? "They" : "Caller";
}

/** The person outside, as part of a sentence. */
export function outsider(call: Pick<Call, "direction">): string {
  return isOutbound(call) ? "whoever you called" : "the caller";
}

export function consulted({ agent_id, number }: Pick<Consult, "agent_id" | "number">, nameOf: NameOf): string {
  return number ? phoneNumber(number) : nameOf(agent_id ?? "");
}

export function handedTo({ to, number, team }: Transfer, nameOf: NameOf): string {
  return number ? phoneNumber(number) : nameOf(to ?? team ?? "");
}

/** The outside numbers that have a call, in words. */
export function outsideNumbers(call: Call): string {
  const numbers = [outsideNumber(call), ...call.guests.map(({ number }) => number)];
  return listed(numbers.flatMap((number) => (number ? [phoneNumber(number)] : []))) || "a number";
}

/** The outside number that has, or had, a call. */
export function outsideNumber({ transfer, consult }: Call): string | null {
  return transfer?.number || consult?.number || null;
}

/** Whether that is a number which can be called: a withheld one cannot. */
export function isDiallable(number: string): boolean {
  return /^\+\d{5,15}$/.test(number);
}
