/** How a call makes itself heard: a ringtone, a flashing title and icon, a desktop notification. Silence ends them all. */
import { CallNotification, type NotifyPermission, type Ring } from "./notifications";
import { RingingIcon } from "./ringing_icon";

const RINGTONE = "/sounds/ringtone.wav";
const CHIME = "/sounds/help.wav";

export class Ringer {
  private tone: HTMLAudioElement | null = null;
  private readonly notification: CallNotification;
  private readonly icon = new RingingIcon();
  private titleTimer: ReturnType<typeof setInterval> | undefined;
  private title = "";
  private ringing: string | null = null;

  constructor(
    private readonly soundBase: string,
    /** The browser lets the ringtone sound, or wants a click on the page first. */
    private readonly audible: (isAudible: boolean) => void,
    permitted: (permission: NotifyPermission) => void = () => undefined,
  ) {
    this.notification = new CallNotification(permitted);
  }

  /** The call that rings here, the longest waiting; null is silence. */
  ring(ring: Ring | null): void {
    if (ring?.callId === this.ringing) return;
    this.ringing = ring?.callId ?? null;
    this.stopShowing();
    this.notification.ring(ring);
    this.icon.show(ring !== null);
    if (!ring) return this.fallSilent();
    this.sound();
    this.flashTitle(ring);
  }

  /** Once: an agent asks for help. */
  chime(): void {
    new Audio(this.soundBase + CHIME).play().catch(() => undefined); // the board shows and says it too
  }

  /** Within a click of somebody who wants to be told of calls while they look elsewhere. */
  askToNotify(): Promise<void> {
    return this.notification.ask();
  }

  /** Within a click: browsers let a page ring only after one. */
  allow(): void {
    const tone = this.toneElement();
    if (!tone.paused) return;
    tone.muted = true;
    tone.play().then(
      () => {
        if (this.ringing === null) tone.pause();
        tone.muted = false;
        this.audible(true);
      },
      () => (tone.muted = false),
    );
  }

  private sound(): void {
    const tone = this.toneElement();
    tone.currentTime = 0;
    tone.play().then(
      () => this.audible(true),
      (problem: unknown) => {
        if (problem instanceof DOMException && problem.name === "NotAllowedError") this.audible(false);
      },
    );
  }

  private fallSilent(): void {
    this.tone?.pause();
    this.audible(true);
  }

  private toneElement(): HTMLAudioElement {
    if (!this.tone) {
      this.tone = new Audio(this.soundBase + RINGTONE);
      this.tone.loop = true;
    }
    return this.tone;
  }

  private flashTitle(ring: Ring): void {
    this.title = document.title;
    const calling = `${ring.caller} is calling`;
    let shown = false;
    const flash = () => {
      shown = !shown;
      document.title = shown ? calling : this.title;
    };
    flash();
    this.titleTimer = setInterval(flash, 1000);
  }

  private stopShowing(): void {
    if (this.titleTimer === undefined) return;
    clearInterval(this.titleTimer);
    this.titleTimer = undefined;
    document.title = this.title;
  }
}
