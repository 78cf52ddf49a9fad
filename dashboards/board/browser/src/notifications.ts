/** Desktop notifications of a call that rings while nobody looks at the page. Permission is asked for only within a click. */

export interface Ring {
  readonly callId: string;
  readonly caller: string;
  readonly number: string;
}

/** Whether the browser lets us notify; `unsupported` where it cannot. */
export type NotifyPermission = NotificationPermission | "unsupported";

export class CallNotification {
  private shown: Notification | null = null;
  private ringing: Ring | null = null;

  constructor(private readonly changed: (permission: NotifyPermission) => void) {
    document.addEventListener("visibilitychange", () => this.settle());
    addEventListener("blur", () => this.settle());
    addEventListener("focus", () => this.settle());
  }

  /** Within a click. Asked once: the browser remembers the answer. */
  async ask(): Promise<void> {
    if (permission() !== "default") return;
    await Notification.requestPermission().catch(() => undefined);
    this.changed(permission());
    this.settle();
  }

  ring(ring: Ring | null): void {
    this.ringing = ring;
    this.close();
    this.settle();
  }

  /** There is one while a call rings and the page is not looked at: behind another window it still counts as visible. */
  private settle(): void {
    const isLookedAt = document.visibilityState === "visible" && document.hasFocus();
    if (!this.ringing || isLookedAt) return this.close();
    if (!this.shown && permission() === "granted") this.shown = this.notify(this.ringing);
  }

  private notify({ caller, number, callId }: Ring): Notification | null {
    try {
      const notification = new Notification(`${caller} is calling`, {
        body: `On ${number}. Open Patchbay to answer.`,
        tag: callId,
        requireInteraction: true,
        silent: true, // the ringtone is ours
      });
      notification.onclick = () => {
        window.focus();
        notification.close();
      };
      return notification;
    } catch {
      return null; // some phones have the class and forbid its use
    }
  }

  private close(): void {
    this.shown?.close();
    this.shown = null;
  }
}

export function permission(): NotifyPermission {
  return typeof Notification === "undefined" ? "unsupported" : Notification.permission;
}
