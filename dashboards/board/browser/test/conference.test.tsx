import { act, cleanup, fireEvent, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { presenceOf } from "../src/board_view";
import { allTalk, isFull, mayAdd, voices } from "../src/conference";
import type { Call, Consult, Guest } from "../src/wire";
import { FakeDevice } from "./fake_device";
import { ANA, AT, BEN, RULES, agent, ben, call, mine } from "./people";
import { Stage } from "./stage";

beforeEach(() => localStorage.clear());
afterEach(cleanup);

const CHLOE = "00000000-0000-4000-8000-00000000000c";
const DAN = "00000000-0000-4000-8000-00000000000d";
const THEM = "+15550109999";
const button = (place: HTMLElement, name: string | RegExp) => within(place).getByRole("button", { name });
const click = (element: HTMLElement) => act(async () => fireEvent.click(element));
const press = (key: string, more: KeyboardEventInit = {}) => act(async () => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more }));
const said = (stage: Stage) => stage.page.getByRole("log").textContent;
const spoken = () => act(async () => FakeDevice.joined.at(-1)!.emit("accept"));
const agents = [agent(), ben(), agent({ id: CHLOE, name: "Chloe Diaz" }), agent({ id: DAN, name: "Dan Evans" })];

function asked(change: Partial<Consult> = {}): Consult {
  return { agent_id: BEN, number: null, ringing: false, since: AT, accepted: true, present: true, talk_with: "all", failed: null, ...change };
}

function guest(change: Partial<Guest> = {}): Guest {
  return { id: change.agent_id ?? BEN, agent_id: BEN, number: null, since: AT, present: true, ...change };
}

/** All three talk: the caller, Ana and Ben. */
const merged = (change: Partial<Call> = {}): Call => mine({ consult: asked(), ...change });

/** The caller, Ana, Ben and Chloe. */
const four = (change: Partial<Call> = {}): Call => mine({ rev: 2, guests: [guest()], consult: asked({ agent_id: CHLOE }), ...change });

async function opened(shown: Call): Promise<Stage> {
  const stage = await Stage.open({ calls: [shown], agents });
  await spoken();
  return stage;
}

const rows = (stage: Stage) => within(within(stage.zone("mine")).getByRole("list", { name: "In this call" })).getAllByRole("listitem").map(({ textContent }) => textContent);

describe("who is let go", () => {
  it("reads that the call goes on without them", async () => {
    const stage = await opened(mine({ agent_id: CHLOE, guests: [guest({ agent_id: ANA }), guest()] }));
    await stage.say({ event: "guest-left", call: mine({ rev: 2, agent_id: CHLOE, guests: [guest()] }) });
    expect(stage.page.getByText("You are out of the call")).toBeTruthy();
  });

  it("reads nothing if they left by themselves", async () => {
    const stage = await opened(mine({ agent_id: CHLOE, guests: [guest({ agent_id: ANA }), guest()] }));
    await act(async () => fireEvent.click(within(stage.zone("mine")).getByRole("button", { name: /^Leave/ })));
    await stage.say({ event: "guest-left", call: mine({ rev: 2, agent_id: CHLOE, guests: [guest()] }) });
    expect(stage.page.queryByText("You are out of the call")).toBeNull();
  });
});

describe("who may be added", () => {
  it("needs all to talk together, and nobody to be rung", () => {
    expect(mayAdd(merged(), ANA)).toBe(true);
    expect(mayAdd(merged(), BEN)).toBe(false);
    expect(mayAdd(mine({ consult: asked({ talk_with: "colleague" }) }), ANA)).toBe(false);
    expect(mayAdd(mine(), ANA)).toBe(false);
    expect(mayAdd(four({ consult: asked({ present: false, accepted: false }) }), ANA)).toBe(false);
    expect(mayAdd(four({ consult: asked({ present: false, failed: "declined" }) }), ANA)).toBe(true);
    expect(mayAdd(four({ agent_present: false }), ANA)).toBe(false);
  });

  it("ends with what the company allows", () => {
    expect(isFull(four(), { ...RULES, conference_size: 4 })).toBe(true);
    expect(isFull(four(), { ...RULES, conference_size: 5 })).toBe(false);
  });

  it("counts the voices that are there", () => {
    expect(voices(four())).toBe(4);
    expect(allTalk(four())).toBe("All four of you talk");
    expect(allTalk(four({ guests: [guest({ present: false })] }))).toBe("All three of you talk");
  });

  it("shows a guest as on a call", () => {
    expect(presenceOf(ben(), [four()])).toBe("on_call");
  });
});

describe("all three of us talk", () => {
  it("one more is added by button and menu, and the others go on", async () => {
    const stage = await opened(merged());
    await click(button(stage.zone("mine"), "Add a person"));
    await click(stage.page.getByRole("menuitem", { name: /Chloe/ }));
    expect([stage.lastCommand.method, stage.lastCommand.path]).toEqual(["POST", "/api/calls/call-1/consult"]);
    expect(stage.lastCommand.body).toEqual({ to: CHLOE });
    expect(rows(stage)).toEqual([expect.stringContaining("the caller"), expect.stringContaining("Ana Ruiz you"), expect.stringContaining("Ben Carter"), expect.stringContaining("Chloe Diazis being rung")]);
    expect(stage.zone("mine").textContent).toContain("All of you go on talking");
    expect(stage.zone("mine").textContent).not.toContain("hears music");
  });

  it("and by key", async () => {
    const stage = await opened(merged());
    await press("C", { shiftKey: true });
    await click(stage.page.getByRole("menuitem", { name: /Dan/ }));
    expect(stage.lastCommand.body).toEqual({ to: DAN });
  });

  it("and at a number outside", async () => {
    const stage = await opened(merged());
    await press("C", { shiftKey: true });
    await click(stage.page.getByRole("menuitem", { name: /A number outside/ }));
    const field = stage.page.getByRole("textbox", { name: "Telephone number" });
    await act(async () => fireEvent.change(field, { target: { value: THEM } }));
    await act(async () => new Promise((done) => setTimeout(done, 170)));
    await act(async () => fireEvent.submit((field as HTMLInputElement).form!));
    expect(stage.lastCommand.body).toEqual({ number: THEM });
    expect(rows(stage).at(-1)).toContain("+1 555 010 9999");
  });

  it("a refusal gives the talk of three back, and says why", async () => {
    const stage = await opened(merged());
    await click(button(stage.zone("mine"), "Add a person"));
    await click(stage.page.getByRole("menuitem", { name: /Chloe/ }));
    await stage.lastCommand.refuse("colleague-not-available", "That colleague cannot take a call now.");
    expect(stage.page.container.textContent).toContain("That colleague cannot take a call now.");
    expect(button(stage.zone("mine"), /Let Ben go/)).toBeTruthy();
  });
});

describe("a conference that I have", () => {
  it("lists everybody, and lets each of them go", async () => {
    const outside = guest({ id: "leg-1", agent_id: null, number: THEM });
    const stage = await opened(four({ guests: [guest(), outside] }));
    expect(rows(stage)).toHaveLength(5);
    await click(button(stage.zone("mine"), "Let go: Ben Carter"));
    expect([stage.lastCommand.method, stage.lastCommand.path]).toEqual(["DELETE", `/api/calls/call-1/guests/${BEN}`]);
    await stage.lastCommand.grant(3);
    await stage.say({ event: "guest-left", call: four({ rev: 3, guests: [outside] }) });
    expect(said(stage)).toBe("Ben Carter has left.");
    await click(button(stage.zone("mine"), "Let go: +1 555 010 9999"));
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/guests/leg-1");
    await stage.lastCommand.grant(4);
    await stage.say({ event: "guest-left", call: four({ rev: 4, guests: [] }) });
    expect(button(stage.zone("mine"), /Let Chloe go/)).toBeTruthy();
  });

  it("lets whoever was asked in last go by their button alone", async () => {
    const stage = await opened(four());
    await click(button(stage.zone("mine"), /Let go: Chloe Diaz/));
    expect([stage.lastCommand.method, stage.lastCommand.path]).toEqual(["DELETE", "/api/calls/call-1/consult"]);
    await stage.lastCommand.refuse("not-your-call", "No.");
    const { length } = stage.commands;
    await press("c");
    expect(stage.commands, "the key adds the next one, and lets nobody go").toHaveLength(length);
    expect(stage.page.getByRole("menu", { name: /Add/ })).toBeTruthy();
  });

  it("is not handed to a team by the menu that adds one more", async () => {
    const stage = await Stage.open({ calls: [four()], agents, teams: [{ id: "sales", name: "Sales", members: agents.map(({ id }) => id) }] });
    await press("C", { shiftKey: true });
    expect(stage.page.getByRole("menu", { name: /Add/ })).toBeTruthy();
    expect(stage.page.queryByRole("menuitem", { name: /Sales/ })).toBeNull();
  });

  it.each([["t", {}], ["H", { shiftKey: true }]])("is left to the others by %s", async (key, more) => {
    const stage = await opened(four());
    await press(key, more);
    expect([stage.lastCommand.method, stage.lastCommand.path]).toEqual(["POST", "/api/calls/call-1/completion"]);
  });

  it("is shown at whoever has it next as soon as I leave", async () => {
    const stage = await opened(four());
    await click(button(stage.zone("mine"), "Leave them talking"));
    expect(stage.zone("mine").textContent).toContain("You are not on a call");
    await stage.lastCommand.grant(3);
    await stage.say({ event: "consult-completed", call: four({ rev: 3, agent_id: CHLOE, consult: null }) });
    expect(said(stage)).toContain("Chloe Diaz has the call");
  });

  it("is neither held, parked, swapped nor dropped on the lot", async () => {
    const stage = await opened(four());
    for (const key of ["o", "p", "s"]) await press(key);
    expect(stage.commands).toEqual([]);
    for (const name of [/Hold/, /Park/, /Hang up/]) expect(within(stage.zone("mine")).queryByRole("button", { name })).toBeNull();
  });

  it("is left to the others before I answer another call", async () => {
    const stage = await opened(four());
    await stage.say({ call: call({ id: "call-2", caller: THEM, offered_to: [ANA] }) });
    expect(stage.zone("incoming").textContent).toContain("Leave the others talking to answer this one.");
  });

  it("says when nobody more may be added", async () => {
    const stage = await Stage.open({ calls: [four()], agents, rules: { ...RULES, conference_size: 4 } });
    await spoken();
    expect(button(stage.zone("mine"), "Add a person")).toHaveProperty("disabled", true);
    expect(stage.zone("mine").textContent).toContain("No more than 4 may talk in one call.");
  });

  it("is read aloud: who is rung, here, lost, back, and who declined", async () => {
    const stage = await opened(merged());
    await stage.say({ call: four({ consult: asked({ agent_id: CHLOE, accepted: false, present: false }) }) });
    expect(said(stage)).toBe("Chloe Diaz is being rung.");
    await stage.say({ call: four({ rev: 3, consult: asked({ agent_id: CHLOE, present: false, failed: "declined" }) }) });
    expect(said(stage)).toBe("Chloe Diaz declined.");
    expect(rows(stage).at(-1)).toContain("declined");
    await stage.say({ call: four({ rev: 4, consult: asked({ agent_id: DAN, accepted: false, present: false }) }) });
    await stage.say({ call: four({ rev: 5, consult: asked({ agent_id: DAN }) }) });
    expect(said(stage)).toBe("Dan Evans is here.");
    await stage.say({ call: four({ rev: 6, guests: [guest({ present: false })], consult: asked({ agent_id: DAN }) }) });
    expect(said(stage)).toBe("Ben Carter has lost the voice.");
    await stage.say({ call: four({ rev: 7, consult: asked({ agent_id: DAN }) }) });
    expect(said(stage)).toBe("Ben Carter is here.");
  });

  it("has no accessibility finding", async () => {
    const stage = await opened(four());
    expect((await axe.run(stage.page.container, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
  });
});

describe("a conference of which I am a guest", () => {
  const theirs = (change: Partial<Call> = {}): Call =>
    mine({ rev: 2, agent_id: BEN, guests: [guest({ id: ANA, agent_id: ANA })], consult: asked({ agent_id: CHLOE }), ...change });

  it("connects my voice, shows who is in, and lets me leave", async () => {
    const stage = await opened(theirs());
    expect(FakeDevice.joined[0]?.params["call_id"]).toBe("call-1");
    expect(rows(stage)).toHaveLength(4);
    expect(within(stage.zone("mine")).queryByRole("button", { name: /Let go/ })).toBeNull();
    await click(button(stage.zone("mine"), /Leave/));
    expect([stage.lastCommand.method, stage.lastCommand.path]).toEqual(["DELETE", `/api/calls/call-1/guests/${ANA}`]);
    expect(stage.zone("mine").textContent).toContain("You are not on a call");
  });

  it("is left by key too", async () => {
    const stage = await opened(theirs());
    await press("H", { shiftKey: true });
    expect(stage.lastCommand.path).toBe(`/api/calls/call-1/guests/${ANA}`);
  });

  it("tells me when it becomes mine, and that its agent is lost", async () => {
    const stage = await opened(theirs());
    await stage.say({ call: theirs({ rev: 3, agent_present: false }) });
    expect(said(stage)).toBe("Ben Carter has lost the voice.");
    expect(stage.zone("mine").textContent).toContain("You go on talking");
    await stage.say({ call: mine({ rev: 4, guests: [guest({ agent_id: CHLOE })] }) });
    expect(said(stage)).toContain("You have the call now.");
    expect(button(stage.zone("mine"), "Let go: Chloe Diaz")).toBeTruthy();
  });
});
