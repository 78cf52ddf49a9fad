import { act, cleanup, fireEvent } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BEN, call, mine, parked, snapshot } from "./people";
import { Stage } from "./stage";

let flights: { readonly element: HTMLElement; readonly keyframes: Keyframe[]; readonly duration: number }[];

beforeEach(() => {
  flights = [];
  HTMLElement.prototype.animate = function (this: HTMLElement, keyframes, options) {
    flights.push({ element: this, keyframes: keyframes as Keyframe[], duration: (options as KeyframeAnimationOptions).duration as number });
    return {} as Animation;
  };
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(10, 10, 300, 80));
});
afterEach(() => {
  cleanup();
  delete (HTMLElement.prototype as Partial<HTMLElement>).animate;
});

const airborne = () => flights.filter(({ element }) => element.classList.contains("travelling"));

describe("a call that moves to another zone", () => {
  it("travels there, by transform and opacity alone, and its card can be pressed at once", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await act(async () => fireEvent.keyDown(document.body, { key: "p" }));
    expect(airborne()).toHaveLength(1);
    expect(airborne()[0]!.element.dataset["words"]).toBe("+1 555 765 4321");
    expect(airborne()[0]!.duration).toBeLessThanOrEqual(220);
    for (const { keyframes } of flights) {
      for (const frame of keyframes) expect(Object.keys(frame).every((name) => ["transform", "opacity", "offset"].includes(name))).toBe(true);
    }
    expect(stage.zone("lot").querySelector("[data-call=call-1]")).not.toBeNull();
  });

  it("travels when a colleague moves it: to them, and from them to the lot", async () => {
    const stage = await Stage.open({ calls: [call()] });
    await stage.say({ call: mine({ rev: 2, agent_id: BEN }) });
    expect(airborne()).toHaveLength(1);
    await stage.say({ call: parked({ rev: 3 }) });
    expect(airborne()).toHaveLength(2);
  });

  it("is simply there for whoever wants less motion, and when very many move at once", async () => {
    const crowd = Array.from({ length: 31 }, (_, index) => call({ id: `c${index}` }));
    const stage = await Stage.open({ calls: crowd });
    await act(async () => stage.feed.last.say({ type: "snapshot", number: 11, at: "2026-11-23T10:00:00Z", me: "00000000-0000-4000-8000-00000000000a", slots: 40, rules: snapshot().rules, agents: [], recent: [], teams: [], supervisors: [], calls: crowd.map((one, slot) => parked({ ...one, state: "parked", slot: slot + 1, rev: 2 })) }));
    expect(airborne()).toHaveLength(0);
    cleanup();
    const calm = await Stage.open({ calls: [mine()] });
    globalThis.matchMedia = (() => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined })) as unknown as typeof matchMedia;
    await act(async () => calm.store.park("call-1"));
    expect(airborne()).toHaveLength(0);
  });
});
