import { act, cleanup, fireEvent, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Consult } from "../src/wire";
import { FakeDevice } from "./fake_device";
import { ANA, AT, BEN, DIALLING, agent, ben, call, calling, ended, mine, parked } from "./people";
import { Stage } from "./stage";

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const THEM = "+15550109999";
const button = (place: HTMLElement, name: string | RegExp) => within(place).getByRole("button", { name });
const click = (element: HTMLElement) => act(async () => fireEvent.click(element));
const press = (key: string, more: KeyboardEventInit = {}) => act(async () => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more }));
const pad = (stage: Stage) => stage.page.getByRole("dialog", { name: "Call" });
const field = (place: HTMLElement) => within(place).getByRole<HTMLInputElement>("textbox", { name: "Telephone number" });
const read = () => act(async () => new Promise((done) => setTimeout(done, 170)));
const said = (stage: Stage) => stage.page.getByRole("log").textContent;
const spoken = () => act(async () => FakeDevice.joined.at(-1)!.emit("accept"));

async function type(place: HTMLElement, text: string): Promise<void> {
  await act(async () => fireEvent.change(field(place), { target: { value: text } }));
  await read();
}

async function opened(first: Parameters<typeof Stage.open>[0] = {}, change: (stage: Stage) => void = () => undefined): Promise<Stage> {
  const stage = await Stage.open(first);
  change(stage);
  await press("D", { shiftKey: true });
  return stage;
}

describe("the dial pad", () => {
  it("calls what was typed in any way, once it says what it understood", async () => {
    const stage = await opened({}, (it) => (it.reading = () => ({ number: THEM, shown: "(555) 010-9999", country: "US", refusal: null })));
    expect(document.activeElement).toBe(field(pad(stage)));
    await type(pad(stage), "(555) 010 9999");
    expect(pad(stage).textContent).toContain("+1 555 010 9999, United States");
    expect(stage.commands).toEqual([]);
    await act(async () => fireEvent.submit(field(pad(stage)).form!));
    expect(stage.lastCommand).toMatchObject({ method: "POST", path: "/api/dialling", body: { number: THEM, caller_id: "+15550100001" } });
    expect((stage.lastCommand.body as { request: string }).request).toMatch(/^[0-9a-f-]{36}$/);
    expect(stage.zone("mine").textContent).toContain("Calling…");
    await stage.say({ event: "call-began", call: calling({ state: "connecting", caller: THEM, progress: null, agent_present: false }) });
    await stage.lastCommand.grant(1);
    expect(stage.page.queryByRole("dialog", { name: "Call" })).toBeNull();
    expect(stage.zone("mine").contains(document.activeElement)).toBe(true);
  });

  it("has real keys, whose digits go where the cursor is", async () => {
    const stage = await opened();
    for (const key of ["5", "0", "star", "hash"]) await click(button(pad(stage), key));
    expect(field(pad(stage)).value).toBe("50*#");
    button(pad(stage), "1").focus();
    await press("7");
    await press("Backspace");
    await press("8");
    expect(field(pad(stage)).value).toBe("50*#8");
    await click(button(pad(stage), "Delete the last digit"));
    expect(field(pad(stage)).value).toBe("50*#");
    expect(stage.commands).toEqual([]);
  });

  it("says before the click why a number may not be called", async () => {
    const stage = await opened({}, (it) => (it.reading = (text) => ({ number: text, shown: text, country: "DE", refusal: { code: "country-not-allowed", detail: "Your company does not call Germany." } })));
    await type(pad(stage), "+493012345678");
    expect(pad(stage).textContent).toContain("Your company does not call Germany.");
    expect(button(pad(stage), "Call")).toHaveProperty("disabled", true);
    await act(async () => fireEvent.submit(field(pad(stage)).form!));
    expect(stage.commands).toEqual([]);
  });

  it("says why nobody can be called: switched off, or busy with a call that cannot be put on hold", async () => {
    const off = await Stage.open();
    off.dialling = { ...DIALLING, enabled: false, why_not: "Your company does not call out." };
    await click(off.page.getByRole("button", { name: "Call" }));
    expect(pad(off).textContent).toContain("Your company does not call out.");
    cleanup();
    const busy = await opened({ calls: [mine({ state: "connecting", agent_present: false })] });
    await type(pad(busy), THEM);
    expect(pad(busy).textContent).toContain("You are on a call. Park or end your call, then call.");
    expect(button(pad(busy), "Call")).toHaveProperty("disabled", true);
  });

  it("puts a talk on hold first, and takes it up again if the call cannot be made", async () => {
    const stage = await opened({ calls: [mine()] });
    await type(pad(stage), THEM);
    await click(button(pad(stage), "Call"));
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/aside");
    await stage.say({ call: mine({ rev: 2, state: "held", agent_present: false, held_at: AT }) });
    await stage.lastCommand.grant(2);
    expect(stage.lastCommand.path).toBe("/api/dialling");
    await stage.lastCommand.refuse("spend-limit-reached", "Your company has reached its daily limit.");
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/calls/call-1/hold" });
  });

  it("tells a refusal, and takes the talk up again, though something else was typed meanwhile", async () => {
    const stage = await opened({ calls: [mine()] });
    await type(pad(stage), THEM);
    await click(button(pad(stage), "Call"));
    await stage.say({ call: mine({ rev: 2, state: "held", agent_present: false, held_at: AT }) });
    await stage.lastCommand.grant(2);
    await type(pad(stage), "+15550109998");
    await stage.lastCommand.refuse("spend-limit-reached", "Your company has reached its daily limit.");
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/calls/call-1/hold" });
    expect(pad(stage).textContent).toContain("Your company has reached its daily limit.");
  });

  it("loses nothing on a refusal, and asks for the same call after a silence", async () => {
    const stage = await opened();
    await type(pad(stage), THEM);
    const submit = () => act(async () => fireEvent.submit(field(pad(stage)).form!));
    await submit();
    await stage.lastCommand.refuse("too-many-calls", "Too many calls in the last minute.");
    expect(field(pad(stage)).value).toBe(THEM);
    expect(pad(stage).textContent).toContain("Too many calls in the last minute.");
    await submit();
    expect(stage.commands).toHaveLength(2);
    const request = (at: number) => (stage.commands[at]!.body as { request: string }).request;
    expect(request(1)).not.toBe(request(0));
    await stage.lastCommand.breakOff();
    expect(pad(stage).textContent).toContain("The server cannot be reached");
    await submit();
    expect(request(2)).toBe(request(1));
  });

  it("offers our numbers if there are several, and remembers the choice", async () => {
    const stage = await opened({}, (it) => (it.dialling = { ...DIALLING, caller_ids: ["+15550100001", "+15550100002"] }));
    await act(async () => fireEvent.change(within(pad(stage)).getByRole("combobox"), { target: { value: "+15550100002" } }));
    await type(pad(stage), THEM);
    await click(button(pad(stage), "Call"));
    expect(stage.lastCommand.body).toMatchObject({ caller_id: "+15550100002" });
    expect(localStorage.getItem("patchbay.preferences")).toContain("+15550100002");
  });

  it("offers recent numbers once each, and none that was withheld", async () => {
    const stage = await opened({ calls: [call({ caller: THEM })], recent: [ended({ id: "a", caller: THEM }), ended({ id: "b", caller: "anonymous" }), ended({ id: "c" })] });
    const late = within(pad(stage)).getByRole("list", { name: "Recent numbers" });
    expect(within(late).getAllByRole("button").map(({ textContent }) => textContent)).toEqual([expect.stringContaining("+1 555 010 9999"), expect.stringContaining("+1 555 765 4321")]);
    await click(button(late, /765 4321/));
    expect(field(pad(stage)).value).toBe("+15557654321");
    expect(document.activeElement).toBe(field(pad(stage)));
  });

  it("keeps a ringing call where it was, and gives the focus back on Escape", async () => {
    const stage = await Stage.open();
    const opener = stage.page.getByRole("button", { name: "Call" });
    opener.focus();
    await click(opener);
    await stage.say({ event: "call-arrived", call: call() });
    expect(button(stage.zone("incoming"), "Answer")).toBeTruthy();
    await press("a");
    expect(stage.commands).toEqual([]);
    expect((await axe.run(stage.page.container, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
    await press("Escape");
    expect(stage.page.queryByRole("dialog", { name: "Call" })).toBeNull();
    expect(document.activeElement).toBe(opener);
  });

  it("needs a microphone", async () => {
    const stage = await opened({}, (it) => (it.microphone = "blocked"));
    await type(pad(stage), THEM);
    await click(button(pad(stage), "Call"));
    expect(stage.commands).toEqual([]);
    expect(field(pad(stage)).value).toBe(THEM);
  });
});

describe("a number anywhere", () => {
  it("opens the dial pad with itself, and Enter calls it", async () => {
    const stage = await Stage.open({ recent: [ended({ caller: THEM })] });
    await click(button(stage.zone("recent"), "Call +1 555 010 9999"));
    expect(field(pad(stage)).value).toBe(THEM);
    await act(async () => fireEvent.submit(field(pad(stage)).form!));
    expect(stage.lastCommand.body).toMatchObject({ number: THEM });
  });

  it("is no button on a card that rings", async () => {
    const stage = await Stage.open({ calls: [call()] });
    expect(within(stage.zone("incoming")).getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["AnswerA", "DeclineD"]);
  });
});

describe("a call that I make", () => {
  it("is followed with my voice from calling to ringing to talking, and read aloud", async () => {
    const stage = await Stage.open();
    await stage.say({ call: calling({ state: "connecting", caller: THEM, progress: null, agent_present: false }) });
    expect(said(stage)).toBe("Calling +1 555 010 9999.");
    expect(FakeDevice.joined[0]?.params["call_id"]).toBe("call-1");
    await spoken();
    await stage.say({ call: calling({ rev: 2, caller: THEM, progress: "asked" }) });
    expect(stage.zone("mine").textContent).toContain("Calling…");
    await stage.say({ call: calling({ rev: 3, caller: THEM, progress: "ringing" }) });
    expect(stage.zone("mine").textContent).toContain("Ringing…");
    expect(said(stage)).toBe("It rings at +1 555 010 9999.");
    expect(stage.zone("team").querySelector(`[data-agent='${ANA}']`)?.getAttribute("data-presence")).toBe("on_call");
    expect(within(stage.zone("mine")).queryByRole("button", { name: "Park" })).toBeNull();
    await press("p");
    expect(stage.commands).toEqual([]);
    await press("H", { shiftKey: true });
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/hangup");
    await stage.lastCommand.refuse("no", "no");
    await stage.say({ call: calling({ rev: 4, caller: THEM, state: "connected", progress: null, answered_at: AT }) });
    expect(stage.zone("mine").textContent).toContain("Connected");
    expect(said(stage)).toBe("+1 555 010 9999 has answered.");
  });

  it.each([
    ["busy", "Busy"],
    ["no_answer", "No answer"],
    ["rejected", "Refused"],
    ["failed", "Not reached"],
  ] as const)("that ends as %s stays for a while as what it is, to be made again", async (reason, words) => {
    const stage = await Stage.open({ calls: [calling({ caller: THEM })] });
    await stage.say({ call: ended({ rev: 2, direction: "outbound", caller: THEM, end_reason: reason }) });
    expect(stage.zone("mine").textContent).toContain(words);
    expect(said(stage)).toContain(`+1 555 010 9999: ${words}.`);
    expect(stage.zone("recent").textContent).toContain(`Outgoing, ${words.toLowerCase()}`);
    await click(button(stage.zone("mine"), "Call again"));
    expect(stage.lastCommand).toMatchObject({ path: "/api/dialling", body: { number: THEM, caller_id: "+15550100001" } });
    await stage.lastCommand.refuse("no", "Not now.");
    expect(field(pad(stage)).value).toBe(THEM);
    await click(button(stage.zone("mine"), "Dismiss"));
    expect(stage.zone("mine").textContent).toContain("You are not on a call");
  });

  it("that I gave up leaves nothing behind", async () => {
    const stage = await Stage.open({ calls: [calling()] });
    await stage.say({ call: ended({ rev: 2, direction: "outbound", end_reason: "canceled" }) });
    expect(stage.zone("mine").textContent).toContain("You are not on a call");
  });
});

describe("a number outside", () => {
  const outside: Consult = { agent_id: null, number: THEM, ringing: true, since: AT, accepted: false, present: false, talk_with: "colleague", failed: null };

  it("is handed a call from the menu, and rings elsewhere", async () => {
    const stage = await Stage.open({ calls: [mine()], agents: [agent(), ben({ status: "away" })] });
    await press("t");
    const menu = stage.page.getByRole("menu", { name: "Transfer to a colleague" });
    await click(within(menu).getByRole("menuitem", { name: "A number outside…" }));
    const page = stage.page.getByRole("dialog", { name: "Transfer to a colleague" });
    expect(document.activeElement).toBe(field(page));
    await type(page, THEM);
    expect((await axe.run(stage.page.container, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
    await click(button(page, "Hand over"));
    expect(stage.lastCommand).toMatchObject({ path: "/api/calls/call-1/transfer", body: { number: THEM } });
    expect(stage.zone("incoming").textContent).toContain("You hand this to +1 555 010 9999");
    await stage.lastCommand.refuse("country-not-allowed", "Your company does not call there.");
    await press("t");
    await click(stage.page.getByRole("menuitem", { name: "A number outside…" }));
    expect(field(stage.page.getByRole("dialog", { name: "Transfer to a colleague" })).value).toBe(THEM);
  });

  it("that is rung does not ring for me, and comes back with the reason", async () => {
    const stage = await Stage.open({ calls: [call({ offered_to: [ANA], transfer: { by: BEN, to: null, number: THEM, team: null, failed: null } })] });
    expect(stage.zone("incoming").querySelector(".ringing")).toBeNull();
    expect(stage.zone("incoming").textContent).toContain("Ben Carter hands this to +1 555 010 9999");
    expect(document.title).not.toContain("is calling");
    await stage.say({ call: call({ rev: 2, offered_to: [ANA], transfer: { by: ANA, to: null, number: THEM, team: null, failed: "busy" } }) });
    expect(stage.zone("incoming").textContent).toContain("+1 555 010 9999 was busy: back to you");
  });

  it("that talks with a caller is shown as elsewhere", async () => {
    const stage = await Stage.open({ calls: [call({ state: "forwarded", offered_to: [], handled_by: [BEN], transfer: { by: BEN, to: null, number: THEM, team: null, failed: null } })] });
    const elsewhere = stage.page.getByRole("region", { name: "Calls outside the company" });
    expect(elsewhere.textContent).toContain("talks with +1 555 010 9999 outside, handed over by Ben Carter");
    expect(stage.zone("incoming").textContent).toContain("Nobody is calling");
  });

  it("is asked first, named in what I can do, and handed the call", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await spoken();
    await press("c");
    await click(stage.page.getByRole("menuitem", { name: "A number outside…" }));
    const page = stage.page.getByRole("dialog", { name: "Consult a colleague" });
    await type(page, THEM);
    await act(async () => fireEvent.submit(field(page).form!));
    expect(stage.lastCommand).toMatchObject({ path: "/api/calls/call-1/consult", body: { number: THEM } });
    await stage.say({ call: mine({ rev: 2, held_at: AT, consult: outside }) });
    expect(stage.zone("mine").textContent).toContain("Ringing +1 555 010 9999…");
    await stage.say({ call: mine({ rev: 3, held_at: AT, consult: { ...outside, ringing: false, accepted: true, present: true } }) });
    expect(stage.zone("mine").textContent).toContain("You talk with +1 555 010 9999");
    expect(button(stage.zone("mine"), /Let them go.*\+1 555 010 9999/)).toBeTruthy();
    await press("t");
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/completion");
    expect(stage.page.getByRole("region", { name: "Calls outside the company" }).textContent).toContain("handed over by you");
  });
});

describe("the keypad in a call", () => {
  it("sends digits by button and from the keyboard, shows them, and closes on Escape", async () => {
    const stage = await Stage.open({ calls: [mine(), parked({ id: "p", slot: 2 })] });
    expect(button(stage.zone("mine"), "Keypad")).toHaveProperty("disabled", true);
    await press("k");
    expect(stage.page.queryByRole("dialog", { name: "Keypad" })).toBeNull();
    await spoken();
    const opener = button(stage.zone("mine"), "Keypad");
    opener.focus();
    await press("k");
    const keypad = stage.page.getByRole("dialog", { name: "Keypad" });
    await press("2");
    await press("#");
    await click(button(keypad, "star"));
    await vi.waitFor(() => expect(FakeDevice.joined.at(-1)!.digits).toBe("2#*"));
    expect(within(keypad).getByLabelText("Sent").textContent).toBe("2#*");
    expect(stage.commands).toEqual([]);
    expect((await axe.run(stage.page.container, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
    await press("Escape");
    expect(stage.page.queryByRole("dialog", { name: "Keypad" })).toBeNull();
    expect(document.activeElement).toBe(opener);
    await press("k");
    await stage.say({ call: mine({ rev: 2, held_at: AT }) });
    expect(stage.page.queryByRole("dialog", { name: "Keypad" })).toBeNull();
  });
});

describe("digits in mid-flow", () => {
  it("pick nobody up when the call ends under them", async () => {
    const stage = await Stage.open({ calls: [mine(), parked({ id: "p", slot: 2 })] });
    await spoken();
    await press("k");
    await press("1");
    await stage.say({ call: ended({ rev: 3 }) });
    expect(stage.page.queryByRole("dialog", { name: "Keypad" })).toBeNull();
    await press("2");
    expect(stage.commands).toEqual([]);
  });
});

describe("the board's spacing", () => {
  it("is chosen by a button and remembered", async () => {
    const stage = await Stage.open();
    await click(stage.page.getByRole("button", { name: /^Spacing: comfortable/ }));
    expect(stage.page.container.querySelector(".board")!.getAttribute("data-density")).toBe("compact");
    cleanup();
    expect((await Stage.open()).page.container.querySelector(".board")!.getAttribute("data-density")).toBe("compact");
  });
});
