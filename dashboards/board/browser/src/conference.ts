/** More than three in one call: who talks in it, whether one more may be asked in, and who has it next. */
import { consultOf } from "./parties";
import type { Call, Consult, Guest, Rules } from "./wire";

/** Somebody is in the call beside its agent, the outside person and whoever is consulted. */
export function isConference({ guests }: Pick<Call, "guests">): boolean {
  return guests.length > 0;
}

/** Somebody was asked into it, and rings or is there. */
export function isShared(call: Call): boolean {
  return consultOf(call) !== null || isConference(call);
}

/** How to be out of that call, for something else. */
export function wayOut(call: Pick<Call, "guests">, hasIt: boolean): string {
  return !hasIt ? "Leave your call" : isConference(call) ? "Leave the others talking" : "Park or end your call";
}

/** Whoever is consulted talks with everybody. */
export function talksWithAll(consult: Consult | null): consult is Consult {
  return consult !== null && consult.present && consult.talk_with === "all";
}

/** I have the call, all in it talk together, and nobody is being rung for it. */
export function mayAdd(call: Call, me: string | undefined): boolean {
  if (call.state !== "connected" || call.agent_id !== me || !call.agent_present) return false;
  const consult = consultOf(call);
  return talksWithAll(consult) || (consult === null && isConference(call));
}

export function isFull(call: Call, rules: Rules): boolean {
  return seats(call) >= rules.conference_size;
}

/** Everybody with a place in the call, also whoever is lost or still rings. */
function seats(call: Call): number {
  return 2 + call.guests.length + (consultOf(call) ? 1 : 0);
}

/** Somebody is there whom the agent could leave the talk to, or is on the way. */
export function othersTalk(call: Call): boolean {
  return consultOf(call)?.accepted === true || call.guests.some(({ present }) => present);
}

/** How many voices are in the talk now. */
export function voices(call: Call): number {
  const asked = talksWithAll(consultOf(call)) ? 1 : 0;
  return 1 + (call.agent_present ? 1 : 0) + asked + call.guests.filter(({ present }) => present).length;
}

const NUMBERS = ["", "", "", "three", "four", "five", "six", "seven", "eight", "nine"];

/** "All four of you talk". */
export function allTalk(call: Call): string {
  const count = voices(call);
  if (count < 3) return "You talk with each other";
  return `All ${NUMBERS[count] ?? count} of you talk`;
}

/** Whoever is consulted, as the guest they become when one more person is asked in. */
export function withConsultedAsGuest(call: Call): readonly Guest[] {
  const consult = consultOf(call);
  if (!talksWithAll(consult)) return call.guests;
  const { agent_id, number, since } = consult;
  return [...call.guests, { id: agent_id ?? number ?? "", agent_id, number, since, present: true }];
}

/** The call once its agent has left the others talking: a colleague's who is there, else of those outside. */
export function leftTalking(call: Call, me: string): Partial<Call> {
  const consult = consultOf(call);
  const colleague = consult?.agent_id ? consult : null;
  const guest = call.guests.find(({ agent_id, present }) => agent_id !== null && present);
  if (colleague?.present || (!guest && colleague?.accepted)) {
    return { agent_id: colleague.agent_id, agent_present: colleague.present, consult: null };
  }
  if (guest) return { agent_id: guest.agent_id, agent_present: true, consult, guests: call.guests.filter((one) => one !== guest) };
  const [first, ...others] = withConsultedAsGuest(call).filter(({ number }) => number !== null);
  if (!first) return {};
  const transfer = { by: me, to: null, number: first.number, team: null, failed: null };
  return { state: "forwarded", agent_id: null, agent_present: false, consult: null, offered_to: [], transfer, guests: others };
}
