import { act, cleanup, fireEvent, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ANA, AT, BEN, RULES, agent, ben, call, ended, mine, parked } from "./people";
import { Stage } from "./stage";

beforeEach(() => sessionStorage.clear());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const button = (place: HTMLElement, name: string | RegExp) => within(place).getByRole("button", { name });
const click = (element: HTMLElement) => act(async () => fireEvent.click(element));
const press = (key: string, more: KeyboardEventInit = {}) => act(async () => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more }));
const field = (stage: Stage) => within(stage.zone("mine")).getByLabelText<HTMLTextAreaElement>(/^Note/);
const type = (stage: Stage, text: string) => act(async () => fireEvent.change(field(stage), { target: { value: text } }));

const over = ended({ handled_by: [ANA], answered_at: AT });
const wrapping = agent({ rev: 2, status: "wrap_up", deadline: "2026-11-23T10:05:20Z", wrap_up_of: "call-1" });
const inWrapUp = { agents: [wrapping, ben()], recent: [over] };
const withNote = (text: string) => ({ call_id: "call-1", agent_id: ANA, text, written_at: AT });

describe("wrap-up", () => {
  it("shows whom I talked with, how long I have, and where finishing leads", async () => {
    const stage = await Stage.open({ ...inWrapUp, at: "2026-11-23T10:05:05Z" });
    expect(stage.zone("mine").textContent).toContain("+1 555 765 4321");
    expect(stage.zone("mine").textContent).toMatch(/0:1[45] left/);
    await click(button(stage.zone("mine"), "Finish, then Available"));
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/wrap-up" });
    await stage.lastCommand.refuse("no", "no");
    await stage.say({ agent: agent({ ...wrapping, rev: 3, wanted: "away", reason: "Lunch" }) });
    expect(button(stage.zone("mine"), "Finish, then Away: Lunch")).toBeTruthy();
    expect(stage.page.container.querySelector(".presence-word")?.textContent).toBe("Wrap-up, then Away: Lunch");
    expect(stage.page.getByRole("log").textContent).toBe("Wrap-up, then Away: Lunch.");
  });

  it("takes a disposition by click, by key and digit, and shows it at once", async () => {
    const stage = await Stage.open(inWrapUp);
    await click(button(stage.zone("mine"), /Solved/));
    expect(stage.lastCommand).toMatchObject({ method: "PUT", path: "/api/calls/call-1/disposition", body: { disposition: "Solved" } });
    expect(button(stage.zone("mine"), /Solved/).getAttribute("aria-pressed")).toBe("true");
    await stage.lastCommand.refuse("no-such-disposition", "Your company has no such disposition.");
    expect(button(stage.zone("mine"), /Solved/).getAttribute("aria-pressed")).toBe("false");
    await press("r");
    await press("2");
    expect(stage.lastCommand.body).toEqual({ disposition: "Call back" });
    await stage.say({ event: "call-disposed", call: { ...over, rev: 2, dispositions: [{ agent_id: ANA, name: "Call back", at: AT }] } });
    expect(button(stage.zone("mine"), /Call back/).getAttribute("aria-pressed")).toBe("true");
    expect(stage.zone("recent").textContent).toContain("Call back");
  });

  it("takes a digit for a disposition and picks nobody up", async () => {
    const stage = await Stage.open({ ...inWrapUp, calls: [parked({ id: "call-2", slot: 1 })] });
    await press("1");
    expect(stage.commands.map(({ path }) => path)).toEqual(["/api/calls/call-1/disposition"]);
  });

  it("is not finished without a disposition where the company wants one", async () => {
    const stage = await Stage.open({ ...inWrapUp, rules: { ...RULES, disposition_required: true } });
    await press("g");
    expect(stage.commands).toEqual([]);
    expect(stage.page.getByRole("alert").textContent).toContain("Choose how the call went first");
    expect(document.activeElement?.textContent).toContain("Solved");
    await press("1");
    await press("g");
    expect(stage.lastCommand.path).toBe("/api/wrap-up");
  });

  it("is accessible", async () => {
    const stage = await Stage.open(inWrapUp);
    const { violations } = await axe.run(stage.page.container, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  });
});

describe("a note", () => {
  it("is the same field in the call and after it, and is saved when it is left", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await press("n");
    expect(document.activeElement).toBe(field(stage));
    await type(stage, "Order 4711");
    const before = field(stage);
    await stage.say({ event: "call-ended", call: { ...over, rev: 2 } });
    await stage.say({ event: "agent-changed", agent: wrapping });
    expect(field(stage)).toBe(before);
    expect(document.activeElement).toBe(before);
    await act(async () => before.blur());
    expect(stage.lastCommand).toMatchObject({ method: "PUT", path: "/api/calls/call-1/notes", body: { text: "Order 4711" } });
    await stage.lastCommand.grant(3);
    expect(stage.zone("mine").textContent).toContain("Saved");
    expect(sessionStorage.length).toBe(0);
  });

  it("is saved after a pause, and tried again when the server does not take it", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    vi.useFakeTimers();
    await type(stage, "Call back");
    expect(stage.commands).toEqual([]);
    await act(async () => vi.advanceTimersByTime(2_000));
    await stage.lastCommand.refuse("out-of-date", "The database does not answer right now.", 503);
    expect(stage.zone("mine").textContent).toContain("Not saved yet: The database does not answer right now.");
    expect(field(stage).value).toBe("Call back");
    await act(async () => vi.advanceTimersByTime(4_000));
    expect(stage.commands).toHaveLength(2);
    await stage.lastCommand.grant(2);
    expect(stage.zone("mine").textContent).not.toContain("Not saved");
  });

  it("keeps what was typed over a reload, and what the server has", async () => {
    const first = await Stage.open(inWrapUp);
    await type(first, "Typed and not saved");
    cleanup();
    const again = await Stage.open(inWrapUp);
    expect(field(again).value).toBe("Typed and not saved");
    expect(again.lastCommand.body).toEqual({ text: "Typed and not saved" });
    await again.lastCommand.grant(2);
    cleanup();
    const last = await Stage.open(inWrapUp);
    last.notes = [];
    expect(field(last).value).toBe("");
  });

  it("shows what the colleague noted who handed the call over", async () => {
    const stage = await Stage.open({ calls: [call()] });
    stage.notes = [{ ...withNote("Wants a refund"), agent_id: BEN }];
    await press("a");
    await stage.say({ event: "call-connected", call: mine({ rev: 2, handled_by: [BEN, ANA] }) });
    expect(stage.zone("mine").textContent).toContain("Ben Carter Wants a refund");
    expect(field(stage).value).toBe("");
  });

  it("stays while I write, though the time is over, and goes when I leave it", async () => {
    const stage = await Stage.open(inWrapUp);
    await press("n");
    await type(stage, "Half a sen");
    await stage.say({ event: "agent-changed", agent: agent({ rev: 5 }) });
    expect(stage.zone("mine").textContent).toContain("The wrap-up is over · 5:00 in all");
    await type(stage, "Half a sentence");
    await act(async () => field(stage).blur());
    expect(stage.zone("mine").textContent).toContain("You are not on a call");
    expect(stage.lastCommand.body).toEqual({ text: "Half a sentence" });
  });
});

describe("what I choose to be", () => {
  it("may have a reason of the company's", async () => {
    const stage = await Stage.open();
    await click(stage.page.getByRole("button", { name: "Choose my presence" }));
    await click(stage.page.getByRole("menuitemradio", { name: "Away: Lunch" }));
    expect(stage.lastCommand).toMatchObject({ method: "PUT", path: "/api/presence", body: { status: "away", reason: "Lunch" } });
    expect(stage.zone("team").textContent).toContain("Away: Lunch");
  });

  it("is for afterwards in a call, and colleagues see it too", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await press("G", { shiftKey: true });
    expect(stage.lastCommand.body).toEqual({ status: "away" });
    expect(stage.page.container.querySelector(".presence-word")?.textContent).toBe("On a call, then Away");
    await stage.lastCommand.grant(2);
    await stage.say({ agent: agent({ rev: 2, status: "away", wanted: "away", reason: "Break" }) });
    await stage.say({ agent: ben({ rev: 2, status: "wrap_up", wanted: "away", reason: "Lunch" }) });
    expect(stage.zone("team").textContent).toContain("On a call, then Away: Break");
    expect(stage.zone("team").textContent).toContain("Wrap-up, then Away: Lunch");
    await press("g");
    expect(stage.lastCommand.body).toEqual({ status: "available" });
  });
});

describe("who is not reachable", () => {
  it("is told why, and is back with one click or key", async () => {
    const stage = await Stage.open();
    await stage.say({ agent: agent({ rev: 2, status: "unreachable" }) });
    const banner = stage.page.container.querySelector<HTMLElement>(".stale-place")!;
    expect(banner.textContent).toContain("3 calls rang here unanswered. Choose Available when you are back.");
    expect(stage.zone("team").textContent).toContain("Not reachable");
    await press("g");
    expect(stage.lastCommand.body).toEqual({ status: "available" });
    expect(banner.textContent).not.toContain("rang here");
  });
});

describe("a call that is over", () => {
  it("is written up once more from the recent ones, until I am done or have another", async () => {
    const over = ended({ handled_by: [ANA], answered_at: AT });
    const stage = await Stage.open({ recent: [over, ended({ id: "theirs", handled_by: [BEN], answered_at: AT })] });
    const buttons = () => within(stage.zone("recent")).queryAllByRole("button", { name: /^Write up/ });
    expect(buttons()).toHaveLength(1);
    await act(async () => fireEvent.click(buttons()[0]!));
    expect(document.activeElement?.tagName).toBe("TEXTAREA");
    await act(async () => fireEvent.click(within(stage.zone("mine")).getByRole("button", { name: /Call back/ })));
    expect(stage.lastCommand).toMatchObject({ path: "/api/calls/call-1/disposition", body: { disposition: "Call back" } });
    await act(async () => fireEvent.click(within(stage.zone("mine")).getByRole("button", { name: "Done" })));
    expect(stage.zone("mine").querySelector("textarea")).toBeNull();

    await act(async () => fireEvent.click(buttons()[0]!));
    await stage.say({ event: "call-connected", call: mine({ id: "call-2" }) });
    expect(buttons()).toHaveLength(0);
    await stage.say({ event: "call-parked", call: mine({ id: "call-2", rev: 2, state: "parked", agent_id: null, slot: 1 }) });
    expect(stage.zone("mine").querySelector("textarea")).toBeNull();
  });
});
