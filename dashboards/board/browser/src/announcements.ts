/** What a screen reader is told when calls come, go and move without the agent's doing. */
import { type BoardView, type SeenCall } from "./board_view";
import { isConference } from "./conference";
import { presenceWords } from "./view/presence_mark";
import { NOT_TAKEN, phoneNumber, sentence } from "./format";
import { nothingCameOfIt } from "./outcomes";
import { consulted, consultOf, handedTo, isBeingCalled, isOutbound, outsider, outsideNumber, outsideNumbers } from "./parties";

export function announcement(before: BoardView | null, after: BoardView): string {
  if (!before) return "";
  return [arrivals, departures, holds, mine, handovers, supervision, overdue, presence].flatMap((told) => told(before, after)).join(" ");
}

function arrivals(before: BoardView, after: BoardView): string[] {
  return fresh(before.ringing, after.ringing).map((call) => {
    if (call.consult?.talk_with === "all" && call.agent_id) {
      return sentence(`${after.nameOf(call.agent_id)} asks you into the conversation with ${phoneNumber(call.caller)}.`);
    }
    if (call.consult && call.agent_id) {
      return sentence(`${after.nameOf(call.agent_id)} wants to ask you about the call from ${phoneNumber(call.caller)}.`);
    }
    if (call.state === "held") return `${phoneNumber(call.caller)} waits on hold too long, and rings.`;
    if (!call.transfer) return `Incoming call from ${phoneNumber(call.caller)} to ${phoneNumber(call.number)}.`;
    const { by, team, failed } = call.transfer;
    if (team && !failed) return sentence(`${after.nameOf(by)} hands the call from ${phoneNumber(call.caller)} to ${after.nameOf(team)}; it rings at you.`);
    return failed
      ? sentence(`${handedTo(call.transfer, after.nameOf)} did not take the call from ${phoneNumber(call.caller)}; it rings at you again.`)
      : sentence(`${after.nameOf(by)} hands you the call from ${phoneNumber(call.caller)}.`);
  });
}

/** What has become of callers whom I handed over. */
function handovers(before: BoardView, after: BoardView): string[] {
  const me = after.me?.agent.id;
  const handed = before.live.filter(({ transfer, state }) => state === "ringing" && transfer !== null && transfer.by === me && !transfer.failed);
  return handed.flatMap(({ id, caller }) => {
    const now = after.live.find((call) => call.id === id);
    const outside = now && after.outside.includes(now) ? outsideNumber(now) : null;
    if (outside) return [`${phoneNumber(caller)} talks with ${phoneNumber(outside)} outside.`];
    const isTaken = now?.state === "connected" && now.agent_id !== null && now.agent_id !== me;
    return isTaken ? [sentence(`${after.nameOf(now.agent_id!)} has taken the call from ${phoneNumber(caller)}.`)] : [];
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

/** Who waits on hold for me, and who does not any more. */
function holds(before: BoardView, after: BoardView): string[] {
  const late = after.held.filter(({ id, overdue }) => overdue && before.held.some((call) => call.id === id && !call.overdue));
  return [
    ...fresh(before.held, after.held).map(({ caller }) => `${phoneNumber(caller)} is on hold for you.`),
    ...late.map(({ caller }) => `${phoneNumber(caller)} waits on hold for you too long by now, and rings at whoever is free.`),
    ...fresh(after.held, before.held).flatMap((was) => whatBecameOf(was, after)),
  ];
}

/** Of a caller who waits on hold for me no more; that I am back with them is told elsewhere, and so is who took them. */
function whatBecameOf({ id, caller }: SeenCall, after: BoardView): string[] {
  const now = after.live.find((call) => call.id === id);
  const who = `${phoneNumber(caller)}, who was on hold for you,`;
  if (!now) return [`${who} is gone.`];
  if (now.state === "parked") return [`${who} is parked in slot ${now.slot ?? ""}.`];
  return now.transfer && now.state === "ringing" ? [sentence(`${who} is handed to ${handedTo(now.transfer, after.nameOf)}, where it rings.`)] : [];
}

function mine(before: BoardView, after: BoardView): string[] {
  const [was, is] = [before.mine, after.mine];
  if (is && is.id !== was?.id) {
    const me = after.me?.agent.id;
    const asks = is.agent_id && is.agent_id !== me ? after.nameOf(is.agent_id) : null;
    if (asks) return [sentence(`You are in the call of ${asks}.`)];
    if (before.held.some(({ id }) => id === is.id)) return [`You go back to ${phoneNumber(is.caller)}.`];
    return [isBeingCalled(is) ? `Calling ${phoneNumber(is.caller)}.` : `You have the call ${isOutbound(is) ? "to" : "from"} ${phoneNumber(is.caller)}.`];
  }
  if (is && was && isBeingCalled(was)) {
    if (!isBeingCalled(is)) return [`${phoneNumber(is.caller)} has answered.`];
    return is.progress === "ringing" && was.progress !== "ringing" ? [`It rings at ${phoneNumber(is.caller)}.`] : [];
  }
  const conferred = is && was ? conferring(was, is, after) : [];
  if (conferred.length > 0) return conferred;
  const consulted = is && was && is.consult !== was.consult ? consulting(was, is, after) : "";
  if (consulted) return [consulted];
  if (is && was && (is.held_at === null) !== (was.held_at === null)) {
    return [is.held_at ? sentence(`${outsider(is)} is on hold.`) : `You talk with ${outsider(is)} again.`];
  }
  if (!was || is || after.held.some(({ id }) => id === was.id)) return [];
  const handed = after.elsewhere.find((call) => call.id === was.id)?.transfer;
  if (handed) return [sentence(`Handed to ${handedTo(handed, after.nameOf)}, ${handed.team ? "where it rings" : "who is being rung"}.`)];
  const outside = after.outside.find((call) => call.id === was.id);
  if (outside) return [`${phoneNumber(was.caller)} talks with ${outsideNumbers(outside)} outside. You are free.`];
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

/** Who has come into a conference, left it, or lost their voice; and who has the call now. */
function conferring(was: SeenCall, is: SeenCall, { me, nameOf }: BoardView): string[] {
  if (!isConference(was) && !isConference(is)) return [];
  const myself = me?.agent.id;
  const [before, now] = [talkers(was, myself, nameOf), talkers(is, myself, nameOf)];
  const failed = is.consult?.failed && is.consult.failed !== was.consult?.failed ? is.consult : null;
  const gone = [...before].filter(([key]) => !now.has(key)).map(([key, { name, isThere }]) => {
    if (failed && key === (failed.agent_id ?? failed.number)) return `${name} ${NOT_TAKEN[failed.failed!]}.`;
    return isThere ? `${name} has left.` : `${name} is not asked any more.`;
  });
  const others = [...now].flatMap(([key, { name, isThere }]) => {
    const known = before.get(key);
    if (!known) return [isThere ? `${name} is here.` : `${name} is being rung.`];
    if (known.isThere === isThere) return [];
    return [isThere ? `${name} is here.` : `${name} has lost the voice.`];
  });
  const passed = is.agent_id === was.agent_id || is.agent_id === null ? []
    : [is.agent_id === myself ? "You have the call now." : `${nameOf(is.agent_id)} has the call now.`];
  return [...gone, ...others, ...passed].map(sentence);
}

/** Everybody of a call but me and the outside person. */
function talkers(call: SeenCall, me: string | undefined, nameOf: BoardView["nameOf"]) {
  const agent = { agent_id: call.agent_id, number: null, present: call.agent_present };
  const consult = consultOf(call);
  const all = [agent, ...call.guests, ...(consult ? [consult] : [])];
  const others = all.filter(({ agent_id, number }) => number !== null || (agent_id !== null && agent_id !== me));
  return new Map(others.map((one) => [one.agent_id ?? one.number!, { name: consulted(one, nameOf), isThere: one.present }]));
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

/** Who asks for me as a supervisor; and who is with me as an agent, or no longer. */
function supervision(before: BoardView, after: BoardView): string[] {
  const { nameOf } = after;
  const asks = fresh(before.helpWanted, after.helpWanted).map((call) =>
    sentence(`${nameOf(call.agent_id ?? "")} asks for help with the call from ${phoneNumber(call.caller)}.`),
  );
  const [was, is] = [before.monitored, after.monitored];
  const listens = is?.call.id === was?.call.id ? [] : is
    ? [sentence(`You are coming into the call of ${nameOf(is.call.agent_id ?? "")}.`)]
    : after.mine?.id === was!.call.id ? [] : ["You are out of the call you listened to."];
  if (!after.mine || (before.mine && after.mine.id !== before.mine.id)) return [...asks, ...listens];
  const isNew = before.mine === null;
  const heard = (call: SeenCall) => call.monitors.filter(({ present }) => present);
  const known = before.mine ? heard(before.mine) : [];
  const came = heard(after.mine).filter((monitor) => !known.some((k) => k.person_id === monitor.person_id && k.mode === monitor.mode));
  const left = known.filter(({ person_id }) => !after.mine!.monitors.some((monitor) => monitor.person_id === person_id));
  const isAgent = after.mine.agent_id === after.me?.agent.id;
  const asksNow = !isNew && before.mine && isAgent && (before.mine.help_at === null) !== (after.mine.help_at === null);
  const wish = !asksNow ? [] : after.mine.help_at ? [after.helpIsNear ? "You ask for help." : "You ask for help. No supervisor is here now; whoever comes will see it."] : known.length === heard(after.mine).length ? ["You do not ask for help any more."] : [];
  const whispers = isAgent ? "whispers to you" : `whispers to ${nameOf(after.mine.agent_id ?? "")}`;
  const words = { listen: "is listening", whisper: whispers, barge: "speaks in this call" } as const;
  return [
    ...asks,
    ...wish,
    ...came.map(({ person_id, mode }) => sentence(`${nameOf(person_id)} ${words[mode]}.`)),
    ...left.map(({ person_id }) => sentence(`${nameOf(person_id)} has left your call.`)),
  ];
}

function overdue(before: BoardView, after: BoardView): string[] {
  return fresh(before.ringBacks, after.ringBacks).map(
    (call) => `${phoneNumber(call.caller)} has been parked too long in slot ${call.slot ?? ""} and rings back.`,
  );
}

/** My own: what I chose, or what was made of me. */
function presence({ me: was }: BoardView, { me: is, held }: BoardView): string[] {
  if (!was || !is || presenceWords(was) === presenceWords(is)) return [];
  if (is.presence === "unreachable") return ["Calls rang here unanswered. You are not reachable until you choose Available."];
  if (is.presence === "wrap_up" && was.presence !== "wrap_up") return [`${presenceWords(is)}.${held.length > 0 ? " Somebody waits on hold for you." : ""}`];
  if (was.presence === "wrap_up" && is.presence !== "wrap_up" && is.presence !== "on_call") return [`The wrap-up is over. ${presenceWords(is)}.`];
  const chose = was.agent.wanted !== is.agent.wanted || was.agent.reason !== is.agent.reason;
  return chose ? [`${presenceWords(is)}.`] : [];
}

function fresh(before: readonly SeenCall[], after: readonly SeenCall[]): readonly SeenCall[] {
  const known = new Set(before.map((call) => call.id));
  return after.filter((call) => !known.has(call.id));
}
