/**
 * The board's life outside React: the feed, the phone, the ringer and the state they feed. It lives as
 * module state of the page, so that a view may come and go without touching a call.
 */
import { announcement } from "./announcements";
import { reduce, type Action, type BoardState } from "./board_state";
import { nextToAnswer, viewOf, voiceCallByTruth, type BoardView } from "./board_view";
import { Commands, detailOf, isSignedOut } from "./commands";
import { wayOut } from "./conference";
import { Dialler } from "./dialler";
import { Feed, feedUrl, type FeedListener, type FeedSocket } from "./feed";
import { phoneNumber } from "./format";
import { Hands } from "./hands";
import { Keypad } from "./keypad";
import { askForMicrophone, MICROPHONE_HELP, type Microphone } from "./microphone";
import type { HandOver, Move, Target } from "./moves";
import { Notes } from "./notes";
import { PhoneLock, phoneLockName, type Locks } from "./phone_lock";
import { savePreferences, type Preferences } from "./preferences";
import { Ringer } from "./ringer";
import { initialScreen, type ColleagueMenu, type Paperwork, type Screen } from "./screen";
import { ScreenPop } from "./screen_pop";
import { Softphone, type PhoneState } from "./softphone";
import { Supervision } from "./supervision";
import { callOf, hasGap } from "./truth";
import type { VoiceDeviceClass } from "./voice_device";
import type { Me, TalkWith } from "./wire";

/** The parts that touch the browser, handed in so that a test can bring its own. */
export interface Surroundings {
  readonly apiBase: string;
  readonly Device: VoiceDeviceClass;
  readonly request?: typeof fetch;
  readonly openSocket?: (url: string) => FeedSocket;
  readonly locks?: Locks | undefined;
  readonly microphone?: () => Promise<Microphone>;
  readonly goTo?: (url: string) => void;
  readonly reload?: () => void;
}

const PASSING_SHOWN = 6_000;
const JUST_OVER = 1_500;
const FIRST_RETRY = 500;
const LONGEST_RETRY = 8_000;

/** What the views may ask for and wish; nothing of how it is done. */
export type Store = Pick<BoardStore, keyof BoardStore>;

export class BoardStore {
  private screen: Screen;
  private readonly listeners = new Set<() => void>();
  readonly dialler: Dialler;
  readonly keypad: Keypad;
  private readonly commands: Commands;
  private readonly hands: Hands;
  private readonly phone: Softphone;
  private readonly ringer: Ringer;
  private readonly pop: ScreenPop;
  private readonly notes: Notes;
  /** What supervisors do in the calls of others, and what agents see of it. */
  readonly supervision: Supervision;
  private feed: Feed | null = null;
  private lock: PhoneLock | null = null;
  private started = false;
  private notices = 0;
  private wrapUpOverAt = 0;

  constructor(private readonly around: Surroundings) {
    this.commands = new Commands(around.apiBase, around.request);
    this.ringer = new Ringer(around.apiBase, (audible) => this.show({ ringIsMute: !audible }), (notifying) => this.show({ notifying }));
    this.pop = new ScreenPop(
      (callId) => this.commands.earlierCalls(callId),
      (earlier) => this.show({ earlier }),
    );
    this.notes = new Notes(
      { ask: (callId) => this.commands.callFile(callId), save: (callId, text) => this.saveNote(callId, text) },
      (notes) => this.show({ notes }),
    );
    this.screen = initialScreen();
    this.hands = new Hands({
      commands: this.commands,
      screen: this.current,
      dispatch: (action) => this.dispatch(action),
      granted: () => this.supervision.lookForHidden(),
      askAgain: () => this.feed?.resume(),
      signedOut: () => this.toSignIn(),
      changed: () => this.ringIfNeeded(),
    });
    this.supervision = new Supervision({
      commands: this.commands,
      screen: this.current,
      move: (move) => this.move(move),
      hidden: (monitors) => this.dispatch({ type: "monitors", hidden: monitors }),
      whySet: (whySet) => this.show({ whySet }),
      notice: (title, detail, tone) => this.notice(title, detail, tone),
      sound: () => this.ringer.allow(),
      chime: () => this.ringer.chime(),
    });
    this.phone = new Softphone(
      around.Device,
      () => this.commands.voiceToken(),
      (phone) => this.phoneChanged(phone),
    );
    this.dialler = new Dialler({
      commands: this.commands,
      changed: (dial) => this.show({ dial }),
      mayBeHeard: () => this.mayBeHeard(),
      signedOut: () => this.toSignIn(),
      truth: () => this.screen.board.truth,
      withHandsFree: (act) => this.hands.free(act),
    });
    this.keypad = new Keypad((digit) => this.phone.sendDigits(digit), (keypad) => this.show({ keypad }));
  }

  // What React reads.

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): Screen => this.screen;

  onLevels(listener: Parameters<Softphone["onLevels"]>[0]): () => void {
    return this.phone.onLevels(listener);
  }

  remoteStream(): MediaStream | null {
    return this.phone.remoteStream();
  }

  /** Server time now, in ms. */
  now(): number {
    return Date.now() + this.screen.board.clockOffset;
  }

  /** A key that was meant for the wrap-up must not mean something else a moment after it. */
  get wrapUpIsJustOver(): boolean {
    return Date.now() - this.wrapUpOverAt < JUST_OVER;
  }

  // What people do.

  answer(callId: string): void {
    this.hands.take({ kind: "claim", callId });
  }

  decline(callId: string): void {
    this.move({ kind: "decline", callId });
  }

  park(callId: string, slot: number | null = null): void {
    if (slot === null && this.screen.view?.freeSlot === null) {
      this.notice("The call was not parked", "Every slot of the lot is taken. Pick a caller up first, or end this call.");
      return;
    }
    this.move({ kind: "park", callId, slot });
  }

  pickUp(callId: string): void {
    this.hands.take({ kind: "pick-up", callId });
  }

  hangUp(callId: string): void {
    this.move({ kind: "hang-up", callId });
  }

  hold(callId: string): void {
    this.move({ kind: "hold", callId });
  }

  resume(callId: string): void {
    this.hands.take({ kind: "resume", callId });
  }

  /** A cold transfer: the colleague, the team or the outside number is rung, and I am out of the call. */
  transfer(callId: string, target: HandOver): void {
    this.move({ kind: "transfer", callId, ...target });
  }

  /** The beginning of a warm transfer: I speak to them first. */
  consult(callId: string, target: Target): void {
    this.move({ kind: "consult", callId, ...target });
  }

  talkWith(callId: string, talkWith: TalkWith): void {
    this.move({ kind: "talk-with", callId, talkWith });
  }

  /** Lets the colleague go; or leaves, if I am the colleague. */
  cancelConsult(callId: string): void {
    this.move({ kind: "cancel-consult", callId });
  }

  /** The end of a warm transfer: the colleague has the call. */
  complete(callId: string): void {
    this.move({ kind: "complete", callId });
  }

  /** Lets a guest of my conference go. */
  letGo(callId: string, guest: string): void {
    this.move({ kind: "let-go", callId, guest });
  }

  /** I leave the call of a colleague, into which I was asked. */
  leave(callId: string): void {
    const { view } = this.screen;
    const me = view?.me?.agent.id ?? "";
    if (view?.mine?.guests.some(({ id }) => id === me)) this.letGo(callId, me);
    else this.cancelConsult(callId);
  }

  note(callId: string, text: string): void {
    this.notes.type(callId, text);
  }

  /** While somebody writes, nothing takes the field away but another call. */
  noteEntered(callId: string): void {
    this.show({ noteHeld: callId });
  }

  /** The field is left: what was typed is saved now. */
  noteLeft(callId: string): void {
    this.notes.settle(callId);
    this.show({ noteHeld: null });
    this.followNote();
  }

  dispose(callId: string, disposition: string): void {
    this.move({ kind: "dispose", of: callId, disposition });
  }

  /** Opens what is written about a call that is over; or closes it again. */
  writeUp(callId: string | null): void {
    const { reopened } = this.screen.board;
    this.dispatch({ type: "reopened", callId });
    if (reopened !== null && callId === null) this.noteLeft(reopened);
  }

  /** Brings the keyboard to the note or to the dispositions. */
  openPaperwork(part: Paperwork): void {
    this.show({ paperworkAsked: { ...this.screen.paperworkAsked, [part]: this.screen.paperworkAsked[part] + 1 } });
  }

  /** Opens a menu of colleagues, as its button does. */
  openColleagues(menu: ColleagueMenu): void {
    this.show({ menusAsked: { ...this.screen.menusAsked, [menu]: this.screen.menusAsked[menu] + 1 } });
  }

  draft(of: string, text: string): void {
    this.show({ drafts: { ...this.screen.drafts, [of]: text } });
  }

  toggleMute(): void {
    this.phone.mute(!this.screen.phone.muted);
  }

  /** Only with a working microphone: no caller shall meet an agent who cannot be heard. */
  async goAvailable(): Promise<void> {
    this.ringer.allow();
    void this.ringer.askToNotify();
    if (this.screen.phone.isPhone !== false) {
      const microphone = await this.checkMicrophone();
      if (microphone !== "ready") return;
    }
    this.phone.prepare().catch(() => undefined); // the first call will say what is wrong, if it still is
    this.move({ kind: "presence", status: "available", reason: null });
  }

  async checkMicrophone(): Promise<Microphone> {
    this.show({ askingMicrophone: true });
    const microphone = await (this.around.microphone ?? askForMicrophone)();
    this.show({ askingMicrophone: false });
    this.phone.microphoneIs(microphone);
    if (microphone !== "ready" && microphone !== "unknown") {
      this.notice("Callers could not hear you", MICROPHONE_HELP[microphone]);
    }
    return microphone;
  }

  /** No callee shall meet an agent who cannot be heard; once the microphone works, it is not asked again. */
  private async mayBeHeard(): Promise<boolean> {
    const { isPhone, microphone } = this.screen.phone;
    return isPhone === false || microphone === "ready" || (await this.checkMicrophone()) === "ready";
  }

  /** Within a click. */
  notifyMe(): void {
    void this.ringer.askToNotify();
  }

  goAway(reason: string | null = null): void {
    this.move({ kind: "presence", status: "away", reason });
  }

  finishWrapUp(): void {
    this.ringer.allow();
    const { view } = this.screen;
    if (view?.writtenAbout && view.disposition === null && view.rules.disposition_required && view.rules.dispositions.length > 0) {
      this.openPaperwork("disposition");
      this.notice("Your wrap-up goes on", "Choose how the call went first; your company wants that for every call.");
      return;
    }
    this.move({ kind: "finish-wrap-up" });
  }

  /** Within a click: the browser lets the ringtone sound from now on. */
  soundOn(): void {
    this.ringer.allow();
  }

  /** Let this tab be the phone; the tab that was it becomes a second screen. */
  takePhone(): void {
    this.lock?.take();
  }

  dismiss(noticeId: string): void {
    this.dispatch({ type: "notice-dismissed", id: noticeId });
  }

  prefer(change: Partial<Preferences>): void {
    const preferences = { ...this.screen.preferences, ...change };
    savePreferences(preferences);
    this.show({ preferences });
  }

  async switchTenant(tenantId: string): Promise<void> {
    if (this.isKeptByCall("switch company")) return;
    try {
      await this.notes.settleAll();
      await this.commands.switchTenant(tenantId);
      this.reload();
    } catch (problem) {
      this.notice("The company was not switched", detailOf(problem));
    }
  }

  async signOut(): Promise<void> {
    if (this.isKeptByCall("sign out")) return;
    try {
      if (!(await this.notes.settleAll())) {
        return this.notice("You are still signed in", "Your note is not saved yet. Copy it, or sign out again in a moment.");
      }
      await this.commands.signOut();
      this.notes.forgetDrafts();
      this.feed?.stop();
      this.goTo("/sign-in");
    } catch (problem) {
      this.notice("You are still signed in", detailOf(problem));
    }
  }

  // How it lives.

  start(): void {
    if (this.started) return;
    this.started = true;
    this.watchThePage();
    void this.enter();
  }

  private async enter(attempt = 0): Promise<void> {
    try {
      const me = await this.commands.me();
      this.show({ unreachable: null });
      this.dispatch({ type: "signed-in", me });
      this.plugIn(me);
    } catch (problem) {
      if (isSignedOut(problem)) return this.toSignIn();
      this.show({ unreachable: detailOf(problem) });
      const pause = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** attempt);
      setTimeout(() => void this.enter(attempt + 1), pause);
    }
  }

  private plugIn(me: Me): void {
    this.notes.signedIn(me.tenant.id, me.person.id);
    const url = feedUrl(this.around.apiBase, location.href);
    this.feed = new Feed(url, this.feedListener(), this.around.openSocket);
    this.feed.start();
    const locks = "locks" in this.around ? this.around.locks : navigator.locks;
    this.lock = new PhoneLock(
      phoneLockName(me.tenant.id, me.person.id),
      (isPhone) => this.phone.becomePhone(isPhone),
      locks,
    );
    this.lock.hold();
  }

  private feedListener(): FeedListener {
    return {
      snapshot: (snapshot) => {
        this.dispatch({ type: "snapshot", snapshot, now: Date.now() });
        void this.supervision.lookForMonitors();
      },
      event: (event) => {
        this.dispatch({ type: "event", event });
        if (event.event === "call-noted" && event.call) this.notes.noted(event.call.id);
      },
      opened: () => this.dispatch({ type: "line", line: "open", now: Date.now() }),
      lost: () => this.dispatch({ type: "line", line: "lost", now: Date.now() }),
      stale: (detail) => this.dispatch({ type: "stale", detail, now: Date.now() }),
      live: () => this.dispatch({ type: "live" }),
      refused: () => void this.askWhetherSignedIn(),
      lastNumber: () => this.screen.board.truth?.number ?? null,
      goodbye: (code) => {
        if (code === "tenant-switched") this.reload();
        else if (code !== "shutting-down") this.toSignIn();
      },
    };
  }

  private async askWhetherSignedIn(): Promise<void> {
    try {
      await this.commands.me();
    } catch (problem) {
      if (isSignedOut(problem)) this.toSignIn();
    }
  }

  private move(move: Move): void {
    this.hands.move(move);
  }

  private dispatch(action: Action): void {
    const before = this.screen;
    const board = reduce(before.board, action);
    if (board === before.board) return;
    const view = viewOf(board);
    const said = view ? announcement(before.view, view) : "";
    this.show({ board, view, ...(said ? { announcement: said } : {}) });
    this.followTheBoard(before.board);
  }

  /** Everything that happens because the board changed. */
  private followTheBoard(before: BoardState): void {
    const { board } = this.screen;
    if (board.truth && hasGap(board.truth)) this.feed?.resume();
    this.phone.follow(voiceCallByTruth(board));
    this.supervision.follow(before);
    this.ringIfNeeded();
    this.dialler.follow(before.truth, board.truth);
    this.pop.follow(this.screen.view?.mine?.id ?? null);
    if (hasJustEnded(before, board)) this.wrapUpOverAt = Date.now();
    if (board.reopened !== null && this.screen.view?.reopened === null) this.writeUp(null);
    this.followNote();
    const known = new Set(before.passing.map(({ call }) => call.id));
    for (const { call } of board.passing) {
      if (known.has(call.id)) continue;
      setTimeout(() => this.dispatch({ type: "passing-over", callId: call.id }), PASSING_SHOWN);
    }
  }

  private followNote(): void {
    const { board, view, noteHeld } = this.screen;
    const about = view?.writtenAbout ?? null;
    if (noteHeld !== null && (view?.mine || about !== null) && noteHeld !== about) this.show({ noteHeld: null });
    const reads = view?.mine?.id ?? view?.monitored?.call.id ?? this.screen.noteHeld;
    this.notes.follow(mayNote(view, board) ?? reads);
  }

  /** One tab rings, for the call that has waited longest, and only while the board can be believed. */
  private ringIfNeeded(): void {
    const { view, board, phone } = this.screen;
    const mayRing = view !== null && view.mine === null && !this.hands.areChanging && board.line !== "lost" && phone.isPhone === true;
    const first = mayRing ? nextToAnswer(view) : null;
    this.ringer.ring(
      first ? { callId: first.id, caller: phoneNumber(first.caller), number: phoneNumber(first.number) } : null,
    );
  }

  private phoneChanged(phone: PhoneState): void {
    const was = this.screen.phone.voice?.status;
    if (was === "open" && phone.voice?.status !== "open") void this.supervision.lookForHidden();
    this.show({ phone });
    this.keypad.follow(phone.voice?.status === "open" ? phone.voice.callId : null);
    this.ringIfNeeded();
  }

  private notice(title: string, detail: string, tone: "problem" | "news" = "problem"): void {
    this.notices += 1;
    this.dispatch({ type: "noticed", notice: { id: `notice-${this.notices}`, tone, title, detail } });
  }

  private isKeptByCall(wish: string): boolean {
    const { mine, held, monitored } = this.screen.view ?? {};
    if (!mine && !monitored && !held?.length) return false;
    const first = mine ? wayOut(mine, mine.agent_id === this.screen.board.truth?.me) : monitored ? "Leave the call you listen to" : "Talk to, park or end whoever is on hold";
    this.notice("You are on a call", `${first} first, then ${wish}.`);
    return true;
  }

  private watchThePage(): void {
    window.addEventListener("online", () => this.feed?.wake());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.feed?.wake();
      else void this.notes.settleAll();
    });
    window.addEventListener("pagehide", () => void this.notes.settleAll());
    // A page that comes out of the back/forward cache has lost its phone: start afresh.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.reload();
    });
  }

  private async saveNote(callId: string, text: string): Promise<void> {
    try {
      await this.commands.saveNote(callId, text);
    } catch (problem) {
      if (isSignedOut(problem)) this.toSignIn();
      throw problem;
    }
  }

  private toSignIn(): void {
    this.feed?.stop();
    this.goTo(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
  }

  private goTo(url: string): void {
    if (this.around.goTo) this.around.goTo(url);
    else location.assign(url);
  }

  private reload(): void {
    if (this.around.reload) this.around.reload();
    else location.reload();
  }

  private show(change: Partial<Screen>): void {
    this.screen = { ...this.screen, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** My wrap-up has run out of time, or was finished. */
function hasJustEnded(before: BoardState, after: BoardState): boolean {
  const statusIn = ({ truth }: BoardState) => truth?.agents[truth.me]?.status;
  return statusIn(before) === "wrap_up" && statusIn(after) !== "wrap_up";
}

/** The call that I may write about, once the server knows that I have it. */
function mayNote(view: BoardView | null, { truth }: BoardState): string | null {
  const callId = view?.writtenAbout ?? null;
  const call = callId && truth ? callOf(truth, callId) : null;
  return call === null || call.handled_by.includes(truth?.me ?? "") ? callId : null;
}
