/** What a screen reader is told when calls come, go and move without the agent's doing. */
import { type BoardView, type SeenCall } from "./board_view";
import { NOT_TAKEN, phoneNumber, sentence } from "./format";
import { nothingCameOfIt } from "./outcomes";
import { consulted, handedTo, isBeingCalled, isOutbound, outsider, outsideNumber } from "./parties";

export function announcement(before: BoardView | null, after: BoardView): string {
  if (!before) return "";
  return [...arrivals(before, after), ...departures(before, after), ...mine(before, after), ...overdue(before, after)].join(" ");
}

function arrivals(before: BoardView, after: BoardView): string[] {
  return fresh(before.ringing, after.ringing).map((call) => {
    if (call.consult && call.agent_id) {
      return sentence(`${after.nameOf(call.agent_id)} wants to ask you about the call from ${phoneNumber(call.caller)}.`);
    }
    if (!call.transfer) return `Incoming call from ${phoneNumber(call.caller)} to ${phoneNumber(call.number)}.`;
    const { by, failed } = call.transfer;
    return failed
      ? sentence(`${handedTo(call.transfer, after.nameOf)} did not take the call from ${phoneNumber(call.caller)}; it rings at you again.`)
      : sentence(`${after.nameOf(by)} hands you the call from ${phoneNumber(call.caller)}.`);
  });
}

function departures(before: BoardView, after: BoardView): string[] {
  const known = new Set(before.passing.map(({ call }) => call.id));
  return after.passing
    .filter(({ call }) => !known.has(call.id))
    .map(({ call, reason }) =>
      reason.kind === "taken"
        ? sentence(`${after.nameOf(reason.by)} took the call from ${phoneNumber(call.caller)}.`)
        : reason.kind === "unanswered"
          ? `Nobody answered ${phoneNumber(call.caller)} in time.`
          : `${phoneNumber(call.caller)} hung up${call.answered_at ? "" : " before being answered"}.`,
    );
}

function mine(before: BoardView, after: BoardView): string[] {
  const [was, is] = [before.mine, after.mine];
  if (is && is.id !== was?.id) {
    const me = after.me?.agent.id;
    const asks = is.agent_id && is.agent_id !== me ? after.nameOf(is.agent_id) : null;
    if (asks) return [sentence(`You are in the call of ${asks}.`)];
    return [isBeingCalled(is) ? `Calling ${phoneNumber(is.caller)}.` : `You have the call ${isOutbound(is) ? "to" : "from"} ${phoneNumber(is.caller)}.`];
  }
  if (is && was && isBeingCalled(was)) {
    if (!isBeingCalled(is)) return [`${phoneNumber(is.caller)} has answered.`];
    return is.progress === "ringing" && was.progress !== "ringing" ? [`It rings at ${phoneNumber(is.caller)}.`] : [];
  }
  const consulted = is && was && is.consult !== was.consult ? consulting(was, is, after) : "";
  if (consulted) return [consulted];
  if (is && was && (is.held_at === null) !== (was.held_at === null)) {
    return [is.held_at ? sentence(`${outsider(is)} is on hold.`) : `You talk with ${outsider(is)} again.`];
  }
  if (!was || is) return [];
  const handed = after.elsewhere.find((call) => call.id === was.id)?.transfer;
  if (handed) return [sentence(`Handed to ${handedTo(handed, after.nameOf)}, who is being rung.`)];
  const outside = after.outside.find((call) => call.id === was.id);
  if (outside) return [`${phoneNumber(was.caller)} talks with ${phoneNumber(outsideNumber(outside) ?? "")} outside. You are free.`];
  const theirs = after.live.find((call) => call.id === was.id)?.agent_id;
  if (theirs) return [sentence(`${after.nameOf(theirs)} has the call from ${phoneNumber(was.caller)}.`)];
  const slot = after.lot.find(({ call }) => call?.id === was.id)?.slot;
  if (slot) return [`Parked in slot ${slot}. You are free.`];
  const ended = after.recent.find((call) => call.id === was.id);
  if (isBeingCalled(was) && ended && ended.end_reason !== "canceled") {
    const { title, detail } = nothingCameOfIt(ended);
    return [`${phoneNumber(was.caller)}: ${title}. ${detail}`];
  }
  return [`The call ${isOutbound(was) ? "to" : "from"} ${phoneNumber(was.caller)} is over.`];
}

function consulting(was: SeenCall, is: SeenCall, { me, nameOf }: BoardView): string {
  const [before, now] = [was.consult, is.consult];
  const asked = now ?? before;
  const other = is.agent_id === me?.agent.id && asked ? consulted(asked, nameOf) : nameOf(is.agent_id ?? "");
  const music = is.held_at ? ` ${sentence(outsider(is))} hears music.` : "";
  if (now?.failed) return now.failed === before?.failed ? "" : sentence(`${other} ${NOT_TAKEN[now.failed]}.${music}`);
  if (!now) return before?.failed || is.agent_id !== me?.agent.id ? "" : sentence(`You have ${outsider(is)} for yourself.`);
  if (!before || before.failed) return sentence(`${other} is being rung.${music}`);
  if (now.present && !before.present) return sentence(`${other} is here.`);
  if (now.talk_with === before.talk_with) return "";
  const iAmAsked = is.agent_id !== me?.agent.id;
  return {
    colleague: sentence(`You talk with ${other}.`),
    caller: sentence(iAmAsked ? `${other} talks with ${outsider(is)}. You hear music.` : `You talk with ${outsider(is)}. ${other} hears music.`),
    all: "All three of you talk.",
  }[now.talk_with];
}

function overdue(before: BoardView, after: BoardView): string[] {
  return fresh(before.ringBacks, after.ringBacks).map(
    (call) => `${phoneNumber(call.caller)} has been parked too long in slot ${call.slot ?? ""} and rings back.`,
  );
}

function fresh(before: readonly SeenCall[], after: readonly SeenCall[]): readonly SeenCall[] {
  const known = new Set(before.map((call) => call.id));
  return after.filter((call) => !known.has(call.id));
}
