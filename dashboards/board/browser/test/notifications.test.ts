import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallNotification, permission } from "../src/notifications";

class FakeNotification {
  static permission: NotificationPermission = "default";
  static shown: FakeNotification[] = [];
  static asked = 0;
  static requestPermission(): Promise<NotificationPermission> {
    this.asked += 1;
    return Promise.resolve((this.permission = "granted"));
  }
  onclick: (() => void) | null = null;
  isClosed = false;
  constructor(readonly title: string) {
    FakeNotification.shown.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
}

const RING = { callId: "call-1", caller: "+1 555 765 4321", number: "+1 555 010 0001" };
let isFocused = false;

beforeEach(() => {
  vi.stubGlobal("Notification", FakeNotification);
  vi.spyOn(document, "hasFocus").mockImplementation(() => isFocused);
  isFocused = false;
  FakeNotification.permission = "granted";
  FakeNotification.shown = [];
  FakeNotification.asked = 0;
});
afterEach(() => vi.unstubAllGlobals());

describe("a desktop notification", () => {
  it("is there while a call rings and nobody looks, and brings the page back", () => {
    const notification = new CallNotification(() => undefined);
    notification.ring(RING);
    const [shown] = FakeNotification.shown;
    expect(shown?.title).toBe("+1 555 765 4321 is calling");
    const focus = vi.spyOn(window, "focus").mockImplementation(() => undefined);
    shown!.onclick!();
    expect(focus).toHaveBeenCalled();
    notification.ring(null);
    expect(shown!.isClosed).toBe(true);
  });

  it("comes when I look away from a call that rings, and goes when I look again", () => {
    isFocused = true;
    const notification = new CallNotification(() => undefined);
    notification.ring(RING);
    expect(FakeNotification.shown).toHaveLength(0);
    isFocused = false;
    window.dispatchEvent(new Event("blur"));
    expect(FakeNotification.shown).toHaveLength(1);
    isFocused = true;
    window.dispatchEvent(new Event("focus"));
    expect(FakeNotification.shown[0]!.isClosed).toBe(true);
    notification.ring(null);
  });

  it("is asked for once, and never without a click", async () => {
    FakeNotification.permission = "default";
    const heard: string[] = [];
    const notification = new CallNotification((now) => heard.push(now));
    notification.ring(RING);
    expect(FakeNotification.asked).toBe(0);
    expect(FakeNotification.shown).toHaveLength(0);
    await notification.ask();
    expect(heard).toEqual(["granted"]);
    expect(FakeNotification.shown).toHaveLength(1);
    await notification.ask();
    expect(FakeNotification.asked).toBe(1);
    expect(permission()).toBe("granted");
    notification.ring(null);
  });
});
