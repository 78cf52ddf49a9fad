import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Softphone, randomLeg, type PhoneState } from "../src/softphone";
import { FakeDevice } from "./fake_device";

let state: PhoneState;
let tokens: number;
let phone: Softphone;

const settle = () => vi.advanceTimersByTimeAsync(0);
const last = () => FakeDevice.joined.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-23T10:00:00Z") });
  FakeDevice.forget();
  tokens = 0;
  let legs = 0;
  phone = new Softphone(
    FakeDevice,
    () => {
      tokens += 1;
      return Promise.resolve({
        token: `token-${tokens}`,
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
        device: { chunderw: "localhost:8081", publishEvents: false },
      });
    },
    (next) => (state = next),
    () => `leg-${(legs += 1)}`,
  );
  phone.becomePhone(true);
});

afterEach(() => {
  vi.useRealTimers();
});

async function speaking(callId = "call-1"): Promise<void> {
  phone.follow(callId);
  await settle();
  last().emit("accept");
}

describe("the one rule", () => {
  it("joins the call that the board says is mine, with a leg of its own", async () => {
    await speaking();
    expect(last().params).toEqual({ call_id: "call-1", leg: "leg-1" });
    expect(state.voice).toEqual({ callId: "call-1", status: "open" });
    expect(FakeDevice.last.options).toEqual({ chunderw: "localhost:8081", publishEvents: false });
  });

  it("leaves when the call is no longer mine", async () => {
    await speaking();
    phone.follow(null);
    expect(last().isOver).toBe(true);
    expect(state.voice).toBeNull();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(FakeDevice.joined).toHaveLength(1);
  });

  it("changes from one call to the next", async () => {
    await speaking();
    const first = last();
    await speaking("call-2");
    expect(first.isOver).toBe(true);
    expect(state.voice).toEqual({ callId: "call-2", status: "open" });
  });

  it("does nothing in a tab that is not the phone, until it becomes it", async () => {
    phone.becomePhone(false);
    phone.follow("call-1");
    await settle();
    expect(FakeDevice.joined).toHaveLength(0);
    phone.becomePhone(true);
    await settle();
    expect(FakeDevice.joined).toHaveLength(1);
  });

  it("leaves when another tab becomes the phone", async () => {
    await speaking();
    phone.becomePhone(false);
    expect(last().isOver).toBe(true);
    expect(state.voice).toBeNull();
  });

  it("does not stay in a call that was parked while it was being joined", async () => {
    phone.follow("call-1");
    phone.follow(null);
    await settle();
    expect(FakeDevice.joined.every((call) => call.isOver)).toBe(true);
    expect(state.voice).toBeNull();
  });

  it("asks for no second voice while it has one", async () => {
    await speaking();
    phone.follow("call-1");
    phone.microphoneIs("ready");
    await settle();
    expect(FakeDevice.joined).toHaveLength(1);
  });
});

describe("a voice that drops", () => {
  it("is joined again while the call is still mine, a little later each time", async () => {
    await speaking();
    for (const pause of [300, 600, 1200, 2400, 4800, 5000, 5000]) {
      const before = FakeDevice.joined.length;
      last().disconnect();
      expect(state.voice?.status).toBe("reconnecting");
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(FakeDevice.joined).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(FakeDevice.joined).toHaveLength(before + 1);
      last().emit("accept");
    }
  });

  it("is quick again after a good while", async () => {
    await speaking();
    last().disconnect();
    await vi.advanceTimersByTimeAsync(300);
    last().emit("accept");
    await vi.advanceTimersByTimeAsync(5_000);
    last().disconnect();
    await vi.advanceTimersByTimeAsync(300);
    expect(FakeDevice.joined).toHaveLength(3);
  });

  it("is given up when the board says that the call is not mine", async () => {
    await speaking();
    last().disconnect();
    phone.follow(null);
    expect(state.voice).toBeNull();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(FakeDevice.joined).toHaveLength(1);
  });

  it("is told only when it lasts", async () => {
    FakeDevice.refuse = Object.assign(new Error("no line"), { code: 31005 });
    phone.follow("call-1");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(state.trouble).toBeNull();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state.trouble).toContain("Trying again");
    FakeDevice.refuse = null;
    await vi.advanceTimersByTimeAsync(6_000);
    last().emit("accept");
    expect(state.trouble).toBeNull();
  });

  it("replaces a device that can never connect again", async () => {
    FakeDevice.hang = true;
    phone.follow("call-1");
    await vi.advanceTimersByTimeAsync(10_000 + 300 + 10_000);
    FakeDevice.hang = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeDevice.devices.length).toBeGreaterThan(1);
    expect(FakeDevice.devices[0]!.isDestroyed).toBe(true);
    last().emit("accept");
    expect(state.voice?.status).toBe("open");
  });

  it("follows the SDK's own reconnecting", async () => {
    await speaking();
    last().emit("reconnecting", new Error());
    expect(state.voice?.status).toBe("reconnecting");
    last().emit("reconnected");
    expect(state.voice?.status).toBe("open");
    expect(FakeDevice.joined).toHaveLength(1);
  });
});

describe("the microphone", () => {
  it("is muted, and still muted after the voice was joined again", async () => {
    await speaking();
    phone.mute(true);
    expect(last().isMuted).toBe(true);
    last().disconnect();
    await vi.advanceTimersByTimeAsync(300);
    last().emit("accept");
    expect(last().isMuted).toBe(true);
  });

  it("is open again in the next call", async () => {
    await speaking();
    phone.mute(true);
    await speaking("call-2");
    expect(last().isMuted).toBe(false);
    expect(state.muted).toBe(false);
  });

  it("is named when it is what fails", async () => {
    FakeDevice.refuse = Object.assign(new Error("denied"), { code: 31401 });
    phone.follow("call-1");
    await settle();
    expect(state.microphone).toBe("blocked");
  });
});

describe("the token", () => {
  it("is renewed on our own timer, at half its life", async () => {
    await phone.prepare();
    await vi.advanceTimersByTimeAsync(1_800_000);
    expect(FakeDevice.last.token).toBe("token-2");
  });

  it("waits with the renewal while a call is in progress, but not past the last minute", async () => {
    await speaking();
    await vi.advanceTimersByTimeAsync(3_500_000);
    expect(tokens).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tokens).toBe(2);
  });

  it("is fetched anew by a machine that slept past its end", async () => {
    await phone.prepare();
    vi.setSystemTime(Date.now() + 7_200_000);
    phone.follow("call-1");
    await settle();
    expect(tokens).toBe(2);
    expect(FakeDevice.last.token).toBe("token-2");
  });

  it("is fetched anew when the carrier refuses it", async () => {
    await phone.prepare();
    FakeDevice.last.emit("error", Object.assign(new Error("expired"), { code: 20104 }));
    await settle();
    expect(FakeDevice.last.token).toBe("token-2");
  });
});

describe("a leg", () => {
  it("is eight random hex digits", () => {
    expect(randomLeg()).toMatch(/^[0-9a-f]{8}$/);
    expect(randomLeg()).not.toBe(randomLeg());
  });
});
