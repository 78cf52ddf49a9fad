/** A past day on the board: what was is shown, its clocks go as it is played, and nothing can be done. */
import { act, fireEvent, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import entry from "../src/replay";
import type { Snapshot } from "../src/wire";
import { ANA, AT, BEN, TEAMS, agent, ben, call, ended, mine, parked, snapshot } from "./people";

const NOBODY = "00000000-0000-0000-0000-000000000000";
const START = Date.parse(AT);
const seconds = (count: number) => START + count * 1000;

/** What Python says to the entry, and nothing that the entry says. */
class Model {
  snapshot = "";
  at = START;
  pace = 0;
  time_zone = "Asia/Kolkata";
  company = "Acme";
  theme = "light" as const;
  private readonly listeners: [readonly string[], () => void][] = [];

  on(event: string | readonly string[], listener: () => void): void {
    this.listeners.push([typeof event === "string" ? [event] : event, listener]);
  }

  async says(change: { snapshot?: Snapshot; at?: number; pace?: number }): Promise<void> {
    const { snapshot, ...rest } = change;
    Object.assign(this, rest, snapshot ? { snapshot: JSON.stringify(snapshot) } : {});
    const changed = Object.keys(change);
    await act(async () => this.listeners.forEach(([names, tell]) => names.some((name) => changed.includes(name)) && tell()));
  }

  async isRemoved(): Promise<void> {
    await act(async () => this.listeners.forEach(([names, tell]) => names.includes("remove") && tell()));
  }
}

const asked: string[] = [];
let model: Model;
let board: HTMLElement;
const zone = (name: string) => board.querySelector<HTMLElement>(`[data-zone=${name}]`)!;
const past = (change: Partial<Snapshot> = {}) => snapshot({ me: NOBODY, ...change });
const clocksIn = (name: string) => [...zone(name).querySelectorAll(".clock")].map(({ textContent }) => textContent);

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse("2027-01-01T00:00:00Z") });
  globalThis.matchMedia = (() => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined })) as unknown as typeof matchMedia;
  globalThis.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  CSSStyleSheet.prototype.replaceSync ??= () => undefined;
  HTMLCanvasElement.prototype.getContext = () => null;
  asked.length = 0;
  globalThis.fetch = ((url: string) => (asked.push(url), Promise.reject(new Error("no line")))) as unknown as typeof fetch;
  globalThis.WebSocket = class {
    constructor(url: string) {
      asked.push(url);
    }
  } as unknown as typeof WebSocket;
  model = new Model();
  await act(async () => {
    const host = entry.BoardReplay.render({ model });
    document.body.append(host);
    board = host.shadowRoot!.querySelector<HTMLElement>(".page")!;
  });
});

afterEach(async () => {
  await model.isRemoved();
  document.body.replaceChildren();
  vi.useRealTimers();
});

const BUSY = past({
  agents: [agent(), ben()],
  teams: TEAMS,
  calls: [
    call(),
    parked({ id: "parked" }),
    mine({ id: "talk" }),
    call({ id: "outside", state: "forwarded", offered_to: [], transfer: { by: BEN, to: null, number: "+12125550147", team: null, failed: null } }),
    call({ id: "handed", transfer: { by: ANA, to: BEN, number: null, team: null, failed: null }, offered_to: [BEN] }),
  ],
  recent: [ended({ id: "over", handled_by: [ANA], answered_at: AT })],
});

describe("the board of a past moment", () => {
  it("shows who rang, waited, talked and had called", async () => {
    await model.says({ snapshot: BUSY });
    expect(zone("incoming").querySelectorAll("[data-call]")).toHaveLength(2);
    expect(zone("lot").querySelector("[data-call=parked]")).not.toBeNull();
    expect(zone("team").querySelector(`[data-agent="${ANA}"]`)!.getAttribute("data-presence")).toBe("on_call");
    expect(zone("team").querySelector("[data-call=outside]")).not.toBeNull();
    expect(zone("recent").querySelector("[data-call=over]")).not.toBeNull();
    expect(zone("mine")).toBeNull();
  });

  it("has nothing to press but whom to look at, and nothing to drag", async () => {
    await model.says({ snapshot: BUSY });
    const buttons = within(board).getAllByRole("button");
    expect(buttons.map(({ textContent }) => textContent)).toEqual([expect.stringContaining("Sales"), expect.stringContaining("Support")]);
    expect(board.querySelector("[data-drag-handle], [aria-roledescription], a, input, select")).toBeNull();
  });

  it("asks nobody for anything, whatever is pressed", async () => {
    await model.says({ snapshot: BUSY });
    for (const element of board.querySelectorAll("*")) await act(async () => fireEvent.click(element));
    for (const key of ["a", "d", "p", "1", "h", "x", "g", "?", "Enter", " "]) await act(async () => fireEvent.keyDown(document.body, { key }));
    await act(async () => vi.advanceTimersByTime(60_000));
    expect(asked).toEqual([]);
    expect(zone("incoming").querySelectorAll("[data-call]")).toHaveLength(2);
  });

  it("says when nobody was calling, and nothing of going available", async () => {
    await model.says({ snapshot: past() });
    expect(zone("incoming").textContent).toContain("Nobody is calling");
    expect(board.textContent).not.toMatch(/available, and|the lab/);
  });

  it("keeps masked numbers masked", async () => {
    await model.says({ snapshot: past({ calls: [call({ caller: "+1555•••••21" })] }) });
    expect(zone("incoming").textContent).toContain("+1555•••••21");
  });

  it("tells times of day by the company's clock", async () => {
    await model.says({ snapshot: past({ recent: [ended({ id: "over" })] }), at: Date.parse("2026-11-23T10:10:00Z") });
    expect(zone("recent").querySelector("time")!.textContent).toMatch(/^0?3:35/);
  });

  it("has no violation of axe's rules", async () => {
    await model.says({ snapshot: BUSY });
    vi.useRealTimers();
    const { violations } = await axe.run(board, { rules: { region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  });
});

describe("its clocks", () => {
  it("show the time that is played, and jump with it at once", async () => {
    await model.says({ snapshot: past({ calls: [call()] }), at: seconds(7) });
    expect(clocksIn("incoming")).toEqual(["0:07"]);
    await model.says({ at: seconds(65) });
    expect(clocksIn("incoming")).toEqual(["1:05"]);
    await model.says({ at: seconds(3) });
    expect(clocksIn("incoming")).toEqual(["0:03"]);
  });

  it("go as fast as it is played", async () => {
    await model.says({ snapshot: past({ calls: [call()] }), at: seconds(0), pace: 10 });
    await act(async () => vi.advanceTimersByTime(3_000));
    expect(clocksIn("incoming")).toEqual(["0:30"]);
    await model.says({ at: seconds(30), pace: 0 });
    await act(async () => vi.advanceTimersByTime(60_000));
    expect(clocksIn("incoming")).toEqual(["0:30"]);
  });
});

describe("whoever scrubs", () => {
  it("sees a call ring again that was answered later", async () => {
    const rings = past({ number: 3, calls: [call({ rev: 1 })] });
    const talks = past({ number: 5, calls: [mine({ rev: 3 })] });
    await model.says({ snapshot: rings });
    await model.says({ snapshot: talks });
    expect(zone("incoming").querySelector("[data-call]")).toBeNull();
    await model.says({ snapshot: rings });
    expect(zone("incoming").querySelector("[data-call]")).not.toBeNull();
    expect(zone("team").querySelector(`[data-agent="${ANA}"]`)!.getAttribute("data-presence")).toBe("ringing");
  });

  it("does not draw a card again that is as it was", async () => {
    await model.says({ snapshot: BUSY });
    const card = zone("lot").querySelector("[data-call=parked]");
    await model.says({ snapshot: { ...BUSY, number: 11, at: "2026-11-23T10:00:01Z" } });
    expect(zone("lot").querySelector("[data-call=parked]")).toBe(card);
  });
});
