/** Single keys for what is done all day long. Never while typing, never with a menu or a dialog open. */
import { mayAskForHelp, mayMonitor, nextToAnswer, type SeenCall } from "./board_view";
import { isConference, isFull, isShared, mayAdd } from "./conference";
import { isTelephoneKey, maySendDigits } from "./keypad";
import { consultOf, isBeingCalled } from "./parties";
import type { Paperwork } from "./screen";
import type { Store } from "./store";
import type { MonitorMode } from "./wire";

export interface Shortcut {
  readonly keys: string;
  readonly words: string;
  readonly matches: (event: KeyboardEvent) => boolean;
  /** False when there is nothing to do now; the key then goes on its way. */
  readonly run: (store: Store, event: KeyboardEvent) => boolean;
}

export const SLOT_KEYS = "1 – 9";

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: "A", words: "Answer the caller who has waited longest; mine is put on hold", matches: plain("a"), run: answerFirst },
  { keys: "D", words: "Decline that caller", matches: plain("d"), run: declineFirst },
  { keys: "⇧ D", words: "Call a number", matches: (event) => event.shiftKey && hasKey(event, "d"), run: (store) => (store.dialler.open(), true) },
  { keys: "P", words: "Park my call in the first free slot", matches: plain("p"), run: parkMine },
  { keys: SLOT_KEYS, words: "Pick up the caller in that slot; mine is put on hold", matches: isDigit, run: pickUpSlot },
  { keys: "O", words: "Put my caller on hold, and talk again", matches: plain("o"), run: holdOrResume },
  { keys: "T", words: "Hand my call to a colleague, a team or a number outside, also after you have spoken to them", matches: plain("t"), run: transferOrComplete },
  { keys: "C", words: "Speak to a colleague or a number outside first; again, to let them go", matches: plain("c"), run: consultOrCancel },
  { keys: "⇧ C", words: "Once all three of you talk: add a person, while the others go on", matches: (event) => event.shiftKey && hasKey(event, "c"), run: addPerson },
  { keys: "S", words: "Swap: between caller and colleague, or with the caller on hold", matches: plain("s"), run: swap },
  { keys: "K", words: "Keypad: send digits into the call", matches: plain("k"), run: toggleKeypad },
  { keys: "M", words: "Mute, and unmute", matches: plain("m"), run: (store) => withMine(store, () => store.toggleMute()) },
  { keys: "⇧ H", words: "Hang up; while you consult, leave the call to your colleague; in a conference, leave the others talking", matches: (event) => event.shiftKey && hasKey(event, "h"), run: hangUpOrLeave },
  { keys: "N", words: "Write a note about my call", matches: plain("n"), run: (store) => openPaperwork(store, "note") },
  { keys: "R", words: "Say how my call went; in wrap-up, the digits choose", matches: plain("r"), run: (store) => openPaperwork(store, "disposition") },
  { keys: "G", words: "Go available, also after my call; finish wrap-up", matches: plain("g"), run: goOnDuty },
  { keys: "⇧ G", words: "Go away; in a call or in wrap-up, afterwards", matches: (event) => event.shiftKey && hasKey(event, "g"), run: goAway },
  { keys: "E", words: "Ask a supervisor for help; again, to take it back", matches: plain("e"), run: askOrTakeBack },
  { keys: "L · W · B", words: "Supervisors: listen, whisper, barge in; on the colleague in focus, else who asks for help", matches: isModeKey, run: monitorByKey },
  { keys: "⇧ T", words: "Supervisors: take that call over", matches: (event) => event.shiftKey && hasKey(event, "t"), run: takeOverByKey },
];

/** What the keys of one board were last used for. */
interface Hands {
  /** Where the last character went that was no shortcut, and when. */
  typed: { readonly at: number; readonly isThere: () => boolean } | null;
  declinedAt: number;
}

const STILL_TYPING = 1_000;
const AGAIN_AFTER = 700;
const handsOf = new WeakMap<Store, Hands>();

function handsOn(store: Store): Hands {
  const hands = handsOf.get(store) ?? { typed: null, declinedAt: 0 };
  handsOf.set(store, hands);
  return hands;
}

export function runShortcut(store: Store, event: KeyboardEvent): boolean {
  const hands = handsOn(store);
  const keypad = () => store.current().keypad.isOpen;
  if (isTyping(event)) {
    const target = event.composedPath()[0] as Node;
    hands.typed = event.key.length === 1 ? { at: Date.now(), isThere: () => target.isConnected } : null;
  } else if (keypad() && isTelephoneKey(event.key)) hands.typed = { at: Date.now(), isThere: keypad };
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (isTyping(event)) return false;
  // Whoever was in the middle of a word when its field went away (the call ended) meant no shortcut.
  if (hands.typed && !hands.typed.isThere() && Date.now() - hands.typed.at < STILL_TYPING) return false;
  const shortcut = SHORTCUTS.find(({ matches }) => matches(event));
  return shortcut?.run(store, event) ?? false;
}

/** True where a key belongs to what has the focus: a field, an open menu, a dialog, a pad with keys of its own. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, [role=menu], dialog, [data-own-keys]") !== null;
}

function answerFirst(store: Store): boolean {
  const { view } = store.current();
  const call = view ? nextToAnswer(view) : null;
  if (call?.state === "parked") store.pickUp(call.id);
  else if (call) store.answer(call.id);
  return call !== null;
}

function declineFirst(store: Store): boolean {
  const { view } = store.current();
  const next = view ? nextToAnswer(view) : null;
  const call = next?.offered_to.includes(view?.me?.agent.id ?? "") ? next : undefined;
  // The next caller takes the place of the declined one at once: a second press is one too many.
  const hands = handsOn(store);
  const isTooSoon = Date.now() - hands.declinedAt < AGAIN_AFTER;
  if (!call || isTooSoon) return call !== undefined;
  hands.declinedAt = Date.now();
  store.decline(call.id);
  return true;
}

function pickUpSlot(store: Store, event: KeyboardEvent): boolean {
  const { view } = store.current();
  if (view?.wrapUp && view.writtenAbout) return disposeBy(store, event.key, view.rules.dispositions, view.writtenAbout);
  const call = view?.lot.find(({ slot }) => slot === Number(event.key))?.call;
  if (!call || call.pending || !view?.takes) return false;
  store.pickUp(call.id);
  return true;
}

/** In wrap-up the digits say how the call went; whoever picks up then has to click. */
function disposeBy(store: Store, digit: string, dispositions: readonly string[], callId: string): boolean {
  const name = dispositions[Number(digit) - 1];
  if (name !== undefined) store.dispose(callId, name);
  return name !== undefined;
}

/** Never the other way: a wrap-up may have ended by itself just before the key was pressed. */
function goOnDuty(store: Store): boolean {
  const status = store.current().view?.me?.agent.status;
  if (status === undefined || status === "available" || store.wrapUpIsJustOver) return false;
  if (status === "wrap_up") store.finishWrapUp();
  else void store.goAvailable();
  return true;
}

function goAway(store: Store): boolean {
  const agent = store.current().view?.me?.agent;
  if (!agent || agent.status === "offline" || agent.wanted === "away") return false;
  store.goAway();
  return true;
}

function openPaperwork(store: Store, part: Paperwork): boolean {
  const { view } = store.current();
  if (!view?.writtenAbout || (part === "disposition" && view.rules.dispositions.length === 0)) return false;
  store.openPaperwork(part);
  return true;
}

function parkMine(store: Store): boolean {
  const { view } = store.current();
  const mine = view?.mine;
  if (!mine || isShared(mine) || isBeingCalled(mine) || mine.pending === "hang-up") return false;
  store.park(mine.id);
  return true;
}

/** Each wish by its own name: a hang-up that meant "leave" would end the call of whoever has it by then. */
function hangUpOrLeave(store: Store): boolean {
  const { view } = store.current();
  const mine = view?.mine;
  if (!mine && view?.monitored) return store.supervision.leave(view.monitored.call.id), true;
  if (!mine || mine.pending === "hang-up") return false;
  if (!isShared(mine)) store.hangUp(mine.id);
  else if (mine.agent_id === view.me?.agent.id) store.complete(mine.id);
  else store.leave(mine.id);
  return true;
}

function transferOrComplete(store: Store): boolean {
  const mine = myTalk(store);
  const consult = mine ? consultOf(mine) : null;
  if (!mine || (consult && !consult.present && !isConference(mine))) return false;
  if (isShared(mine)) store.complete(mine.id);
  else store.openColleagues("transfer");
  return true;
}

function consultOrCancel(store: Store): boolean {
  const mine = myTalk(store);
  const consult = mine ? consultOf(mine) : null;
  // In a conference the next one is added: whoever was added last is let go by their own button.
  if (mine && consult && !(isConference(mine) && consult.present)) store.cancelConsult(mine.id);
  else if (mine && isConference(mine)) return addPerson(store);
  else if (mine) store.openColleagues("consult");
  return mine !== null;
}

function addPerson(store: Store): boolean {
  const mine = myTalk(store);
  const { view } = store.current();
  if (!mine || !view || !mayAdd(mine, view.me?.agent.id) || isFull(mine, view.rules)) return false;
  store.openColleagues("add");
  return true;
}

function swap(store: Store): boolean {
  const mine = myTalk(store);
  const consult = mine ? consultOf(mine) : null;
  if (!consult) return swapWithHeld(store);
  if (!mine || !consult.present || isConference(mine)) return false;
  store.talkWith(mine.id, consult.talk_with === "colleague" ? "caller" : "colleague");
  return true;
}

/** Whoever has waited longest on hold comes into my hands; who is in them waits instead. */
function swapWithHeld(store: Store): boolean {
  const { view } = store.current();
  const next = view?.held.find(({ pending }) => pending === null);
  if (!next || !view?.resumes) return false;
  store.resume(next.id);
  return true;
}

function toggleKeypad(store: Store): boolean {
  const { view, phone } = store.current();
  if (!view?.mine || !maySendDigits(view.mine, phone)) return false;
  store.keypad.toggle();
  return true;
}

function holdOrResume(store: Store): boolean {
  const mine = myTalk(store);
  if (!mine || isShared(mine)) return false;
  if (mine.held_at) store.resume(mine.id);
  else store.hold(mine.id);
  return true;
}

function askOrTakeBack(store: Store): boolean {
  const mine = myTalk(store);
  if (!mine) return false;
  if (mine.help_at) store.supervision.takeHelpBack(mine.id);
  else if (mayAskForHelp(mine)) store.supervision.askForHelp(mine.id);
  return true;
}

const MODES: Readonly<Record<string, MonitorMode>> = { l: "listen", w: "whisper", b: "barge" };

function isModeKey(event: KeyboardEvent): boolean {
  return !event.shiftKey && event.key.toLowerCase() in MODES;
}

function monitorByKey(store: Store, event: KeyboardEvent): boolean {
  const call = supervisedCall(store, event);
  const mode = MODES[event.key.toLowerCase()];
  if (!call || !mode) return false;
  store.supervision.monitor(call.id, mode);
  return true;
}

function takeOverByKey(store: Store, event: KeyboardEvent): boolean {
  const call = supervisedCall(store, event);
  if (call) store.supervision.takeOver(call.id);
  return call !== null;
}

/** The call that I monitor; else that of the colleague in focus; else of who has asked for help the longest. */
function supervisedCall(store: Store, event: KeyboardEvent): SeenCall | null {
  const { view } = store.current();
  if (!view?.maySupervise || view.mine) return null;
  if (view.monitored) return view.monitored.call;
  const target = event.composedPath()[0];
  const focused = target instanceof HTMLElement ? target.closest<HTMLElement>("[data-agent]")?.dataset["agent"] : undefined;
  const theirs = view.team.find(({ agent }) => agent.id === focused)?.call ?? null;
  if (theirs && mayMonitor(theirs, focused ?? "")) return theirs;
  return focused ? null : (view.helpWanted[0] ?? null);
}

/** The call that I have and talk in; not one in which a colleague consults me. */
function myTalk(store: Store): SeenCall | null {
  const { view } = store.current();
  const mine = view?.mine;
  return mine && mine.state === "connected" && mine.agent_id === view.me?.agent.id && mine.pending !== "hang-up" ? mine : null;
}

function withMine(store: Store, act: (callId: string) => void): boolean {
  const mine = store.current().view?.mine;
  if (!mine || mine.pending === "hang-up") return false;
  act(mine.id);
  return true;
}

function plain(key: string): (event: KeyboardEvent) => boolean {
  return (event) => !event.shiftKey && hasKey(event, key);
}

function hasKey(event: KeyboardEvent, key: string): boolean {
  return event.key.toLowerCase() === key;
}

function isDigit(event: KeyboardEvent): boolean {
  return !event.shiftKey && /^[1-9]$/.test(event.key);
}
