/**
 * The agent's voice, under one rule: this tab is in the conversation that the board says is mine, and in
 * no other. Answering, picking up, coming back after a reload and leaving on a park are all that rule.
 */
import type { Microphone } from "./microphone";
import { TokenKeeper } from "./token_keeper";
import { TooSlow, troubleOf, within, type VoiceCall, type VoiceDevice, type VoiceDeviceClass } from "./voice_device";
import type { VoiceToken } from "./wire";

export type VoiceStatus = "joining" | "open" | "reconnecting";

export interface PhoneState {
  /** This tab is the one that speaks; null until it is known. */
  readonly isPhone: boolean | null;
  readonly microphone: Microphone;
  readonly voice: { readonly callId: string; readonly status: VoiceStatus } | null;
  readonly muted: boolean;
  /** The voice does not get through and has not for a while: what is the matter. */
  readonly trouble: string | null;
}

export interface Levels {
  readonly microphone: number;
  readonly caller: number;
}

const CONNECT_PATIENCE = 10_000;
const ACCEPT_PATIENCE = 12_000;
const FIRST_RETRY = 300;
const LONGEST_RETRY = 5_000;
/** A conversation that lasted this long was good: the next retry is quick again. */
const GOOD_AFTER = 5_000;
/** The SDK reports a lost line in bursts; only one that lasts is worth telling. */
const TROUBLE_AFTER = 2_500;
/** A device that failed this often is replaced; one that never answered, at once: it believes it is busy. */
const FAILURES_PER_DEVICE = 2;

const LINE_TROUBLE = "The phone line cannot be reached. Trying again by itself; the caller stays on the line.";

interface Joined {
  readonly callId: string;
  call: VoiceCall | null;
  status: VoiceStatus;
}

export class Softphone {
  private state: PhoneState = { isPhone: null, microphone: "unknown", voice: null, muted: false, trouble: null };
  private wanted: string | null = null;
  private joined: Joined | null = null;
  private device: VoiceDevice | null = null;
  private failures = 0;
  private deviceFailures = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private goodTimer: ReturnType<typeof setTimeout> | undefined;
  private troubleTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly tokens: TokenKeeper;
  private readonly levelListeners = new Set<(levels: Levels) => void>();

  constructor(
    private readonly Device: VoiceDeviceClass,
    fetchToken: () => Promise<VoiceToken>,
    private readonly changed: (state: PhoneState) => void,
    private readonly newLeg: () => string = randomLeg,
  ) {
    this.tokens = new TokenKeeper(
      fetchToken,
      () => this.joined !== null,
      ({ token }) => this.device?.updateToken(token),
    );
  }

  /** The call that the board says is mine, or null. */
  follow(callId: string | null): void {
    if (callId === this.wanted) return;
    this.wanted = callId;
    this.failures = 0;
    if (this.state.muted) this.show({ muted: false });
    this.settle();
  }

  becomePhone(isPhone: boolean): void {
    this.show({ isPhone });
    this.settle();
  }

  microphoneIs(microphone: Microphone): void {
    this.show({ microphone });
    if (microphone === "ready") this.settle();
  }

  mute(muted: boolean): void {
    this.joined?.call?.mute(muted);
    this.show({ muted });
  }

  /** Keys pressed for whoever is at the other end; false if my voice is not there. */
  sendDigits(digits: string): boolean {
    if (this.joined?.status !== "open" || !this.joined.call) return false;
    this.joined.call.sendDigits(digits);
    return true;
  }

  /** Make the line ready before it is needed, so that the first answer is quick. */
  async prepare(): Promise<void> {
    if (this.state.isPhone) await this.ensureDevice();
  }

  remoteStream(): MediaStream | null {
    return this.joined?.call?.getRemoteStream() ?? null;
  }

  onLevels(listener: (levels: Levels) => void): () => void {
    this.levelListeners.add(listener);
    return () => this.levelListeners.delete(listener);
  }

  /** The one rule. */
  private settle(): void {
    const target = this.state.isPhone ? this.wanted : null;
    if (this.joined && this.joined.callId !== target) this.leave();
    if (target === null) this.rest();
    else if (!this.joined) void this.join(target);
  }

  private rest(): void {
    clearTimeout(this.retryTimer);
    this.calm();
    if (this.state.voice) this.show({ voice: null });
  }

  private leave(): void {
    const { joined } = this;
    this.joined = null;
    clearTimeout(this.goodTimer);
    joined?.call?.disconnect();
    this.show({ voice: null });
  }

  private async join(callId: string): Promise<void> {
    clearTimeout(this.retryTimer);
    const joining: Joined = { callId, call: null, status: "joining" };
    this.joined = joining;
    this.show({ voice: { callId, status: "joining" } });
    try {
      const device = await this.ensureDevice();
      if (this.joined !== joining) return;
      const connecting = device.connect({ params: { call_id: callId, leg: this.newLeg() } });
      // Too late is not never: a call that arrives after we left must not stay open.
      connecting.then((call) => this.joined !== joining && call.disconnect(), () => undefined);
      const call = await within(CONNECT_PATIENCE, connecting);
      if (this.joined === joining) this.attend(joining, call);
    } catch (problem) {
      if (this.joined === joining) this.fail(problem);
    }
  }

  private attend(joined: Joined, call: VoiceCall): void {
    joined.call = call;
    const here = () => this.joined === joined;
    const unanswered = setTimeout(() => here() && this.fail(new Error("not accepted in time")), ACCEPT_PATIENCE);
    const be = (status: VoiceStatus) => {
      joined.status = status;
      this.show({ voice: { callId: joined.callId, status } });
    };
    const ended = () => {
      clearTimeout(unanswered);
      if (here()) this.retry();
    };
    call.on("accept", () => {
      clearTimeout(unanswered);
      if (!here()) return;
      this.calm();
      if (this.state.muted) call.mute(true);
      this.show({ microphone: "ready" });
      be("open");
      this.deviceFailures = 0;
      this.goodTimer = setTimeout(() => (this.failures = 0), GOOD_AFTER);
    });
    call.on("reconnecting", () => here() && be("reconnecting"));
    call.on("reconnected", () => here() && (this.calm(), be("open")));
    call.on("disconnect", ended);
    call.on("cancel", ended);
    call.on("reject", ended);
    call.on("error", (problem: unknown) => here() && this.hear(problem));
    call.on("volume", (microphone: number, caller: number) => {
      if (here()) for (const listener of this.levelListeners) listener({ microphone, caller });
    });
  }

  private fail(problem: unknown): void {
    this.hear(problem);
    this.deviceFailures += 1;
    if (problem instanceof TooSlow || this.deviceFailures >= FAILURES_PER_DEVICE) this.dropDevice();
    this.retry();
  }

  /** The voice is gone while the board still says the call is mine: join again, a little later each time. */
  private retry(): void {
    const { joined } = this;
    if (!joined) return;
    this.joined = null;
    clearTimeout(this.goodTimer);
    joined.call?.disconnect();
    this.worry();
    this.show({ voice: { callId: joined.callId, status: "reconnecting" } });
    const pause = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** this.failures);
    this.failures += 1;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => this.settle(), pause);
  }

  private async ensureDevice(): Promise<VoiceDevice> {
    const { token, device: options } = await this.tokens.get();
    if (this.device) return this.device;
    const device = new this.Device(token, { ...options });
    device.on("error", (problem: unknown) => this.device === device && this.hear(problem));
    device.on("destroyed", () => this.device === device && (this.device = null));
    this.device = device;
    return device;
  }

  private dropDevice(): void {
    const { device } = this;
    this.device = null;
    this.deviceFailures = 0;
    device?.destroy();
  }

  private hear(problem: unknown): void {
    switch (troubleOf(problem)) {
      case "token":
        this.tokens.renew().catch(() => this.worry());
        return;
      case "microphone-blocked":
        return this.show({ microphone: "blocked" });
      case "microphone-busy":
        return this.show({ microphone: "busy" });
      case "line":
        return this.joined ? this.worry() : undefined;
    }
  }

  private worry(): void {
    this.troubleTimer ??= setTimeout(() => {
      this.troubleTimer = undefined;
      if (this.state.voice && this.state.voice.status !== "open") this.show({ trouble: LINE_TROUBLE });
    }, TROUBLE_AFTER);
  }

  private calm(): void {
    clearTimeout(this.troubleTimer);
    this.troubleTimer = undefined;
    if (this.state.trouble) this.show({ trouble: null });
  }

  private show(change: Partial<PhoneState>): void {
    this.state = { ...this.state, ...change };
    this.changed(this.state);
  }
}

/** Eight random hex digits: one attempt of this page to join a call. */
export function randomLeg(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
