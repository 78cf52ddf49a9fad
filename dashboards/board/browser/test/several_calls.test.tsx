/** One call in hand, others on hold: taking another, going back, and what becomes of who waits. */
import { act, cleanup, fireEvent, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, expect, it } from "vitest";
import { ANA, BEN, RULES, agent, call, calling, ended, mine, parked } from "./people";
import { Stage } from "./stage";
import type { Call } from "../src/wire";

afterEach(cleanup);

const FIRST = "+15550001111";
const held = (change: Partial<Call> = {}): Call => mine({ id: "held-1", caller: FIRST, state: "held", agent_present: false, held_at: "2026-11-23T09:59:00Z", ...change });

const button = (place: HTMLElement, name: string | RegExp) => within(place).getByRole("button", { name });
const click = (element: HTMLElement) => act(async () => fireEvent.click(element));
const press = (key: string) => act(async () => fireEvent.keyDown(document.activeElement ?? document.body, { key }));
const paths = (stage: Stage) => stage.commands.map(({ method, path }) => `${method} ${path}`);
const spoken = (stage: Stage) => stage.page.getByRole("log").textContent;

it("answering another call puts mine on hold first", async () => {
  const stage = await Stage.open({ calls: [mine({ id: "call-2", caller: FIRST }), call()] });
  await click(button(stage.zone("incoming"), "Hold mine, answer"));
  expect(paths(stage)).toEqual(["POST /api/calls/call-2/aside"]);
  expect(spoken(stage)).toBe("+1 555 000 1111 is on hold for you.");
  await stage.say({ event: "call-set-aside", call: held({ id: "call-2", rev: 2 }) });
  await stage.lastCommand.grant(2);
  expect(paths(stage)[1]).toBe("POST /api/calls/call-1/claim");
  await stage.say({ event: "call-claimed", call: mine({ rev: 2, state: "connecting", agent_present: false }) });
  await stage.lastCommand.grant(2);
  expect(stage.zone("mine").querySelector(".my-call[data-call=call-1]")).not.toBeNull();
  expect(stage.zone("mine").querySelector(".held-card[data-call=call-2]")).not.toBeNull();
});

it("in a talk, the key answers the first who rings, though it rings at nobody", async () => {
  const stage = await Stage.open({ calls: [mine({ id: "call-2" }), call({ offered_to: [] })] });
  expect(button(stage.zone("incoming"), "Answer").title).toBe("Your call is put on hold meanwhile");
  await press("a");
  await stage.lastCommand.grant(2);
  expect(paths(stage)).toEqual(["POST /api/calls/call-2/aside", "POST /api/calls/call-1/claim"]);
});

it("the keyboard goes on to the call that takes the place of the one on hold", async () => {
  const stage = await Stage.open({ calls: [mine({ id: "call-2" }), call()] });
  stage.zone("mine").querySelector<HTMLElement>("[data-card-focus]")!.focus();
  await press("a");
  await stage.say({ event: "call-set-aside", call: held({ id: "call-2", rev: 2 }) });
  await stage.lastCommand.grant(2);
  await stage.say({ event: "call-claimed", call: mine({ rev: 2 }) });
  expect(document.activeElement?.closest("[data-call]")?.getAttribute("data-call")).toBe("call-1");
});

it("whoever was too late for the other call talks with the first again", async () => {
  const stage = await Stage.open({ calls: [mine({ id: "call-2", caller: FIRST }), call()] });
  await press("a");
  await stage.say({ event: "call-set-aside", call: held({ id: "call-2", rev: 2 }) });
  await stage.lastCommand.grant(2);
  await stage.lastCommand.refuse("call-taken", "Ben Carter has this call.");
  expect(paths(stage)).toEqual(["POST /api/calls/call-2/aside", "POST /api/calls/call-1/claim", "DELETE /api/calls/call-2/hold"]);
  expect(stage.page.getByRole("alert").textContent).toContain("Ben Carter has this call.");
});

it("nothing is answered if mine could not be put on hold", async () => {
  const stage = await Stage.open({ calls: [mine({ id: "call-2", caller: FIRST }), call()] });
  await press("a");
  await stage.lastCommand.refuse("too-many-held", "You have as many callers on hold as your company allows.");
  expect(paths(stage)).toEqual(["POST /api/calls/call-2/aside"]);
  expect(stage.page.getByRole("alert").textContent).toContain("as many callers on hold");
});

it("swapping, by button and by key, brings the caller on hold back", async () => {
  const stage = await Stage.open({ calls: [held(), mine()] });
  await click(button(stage.zone("mine"), "Swap to +1 555 000 1111"));
  await stage.say({ event: "call-set-aside", call: held({ id: "call-1", rev: 2 }) });
  await stage.lastCommand.grant(2);
  expect(paths(stage)).toEqual(["POST /api/calls/call-1/aside", "DELETE /api/calls/held-1/hold"]);
  await stage.say({ event: "call-claimed", call: mine({ id: "held-1", rev: 2, caller: FIRST, state: "connecting", agent_present: false }) });
  await stage.lastCommand.grant(2);
  expect(spoken(stage)).toBe("You go back to +1 555 000 1111.");
  await stage.say({ event: "call-connected", call: mine({ id: "held-1", rev: 3, caller: FIRST }) });
  await press("s");
  expect(stage.lastCommand.path).toBe("/api/calls/held-1/aside");
});

it("once the other call is over, the caller on hold is one press away", async () => {
  const stage = await Stage.open({ calls: [held()] });
  expect(stage.zone("mine").textContent).toContain("Nobody is talking with you");
  await press("s");
  expect(paths(stage)).toEqual(["DELETE /api/calls/held-1/hold"]);
  expect(stage.zone("mine").querySelector(".my-call[data-call=held-1].pending")).not.toBeNull();
});

it("the caller on hold can be parked, handed over and hung up on from there", async () => {
  const stage = await Stage.open({ calls: [held(), mine()] });
  const zone = stage.zone("mine");
  await click(button(zone, "Park +1 555 000 1111"));
  expect(stage.lastCommand).toMatchObject({ path: "/api/calls/held-1/parking", body: { slot: null } });
  await stage.lastCommand.refuse("lot-full", "Every parking slot is taken.");
  await click(button(zone, "Transfer to a colleague: +1 555 000 1111"));
  await click(stage.page.getByRole("menuitem", { name: /Ben Carter/ }));
  expect(stage.lastCommand).toMatchObject({ path: "/api/calls/held-1/transfer", body: { to: BEN } });
  await stage.lastCommand.refuse("colleague-not-available", "They are busy.");
  await click(button(zone, "Hang up on +1 555 000 1111"));
  expect(stage.lastCommand.path).toBe("/api/calls/held-1/hangup");
});

it("a parked caller is picked up, and a number called, with mine on hold", async () => {
  const stage = await Stage.open({ calls: [mine({ id: "call-2" }), parked({ id: "call-3" })] });
  await press("1");
  await stage.lastCommand.grant(2);
  expect(paths(stage)).toEqual(["POST /api/calls/call-2/aside", "DELETE /api/calls/call-3/parking"]);
});

it("not more than the company allows wait on hold, and those can be swapped all the same", async () => {
  const full = await Stage.open({ calls: [held(), mine(), call({ id: "call-3" })], rules: { ...RULES, held_calls: 1 } });
  expect(within(full.zone("incoming")).queryByRole("button", { name: /answer/i })).toBeNull();
  await press("a");
  expect(full.commands).toEqual([]);
  await click(button(full.zone("mine"), "Swap to +1 555 000 1111"));
  expect(full.lastCommand.path).toBe("/api/calls/call-1/aside");
});

it("who waited too long rings at everybody, and says for whom they wait", async () => {
  const stage = await Stage.open({ calls: [held({ agent_id: BEN, offered_to: [ANA] })] });
  expect(stage.zone("incoming").textContent).toContain("Waits on hold for Ben Carter, too long by now");
  await click(button(stage.zone("incoming"), "Answer"));
  expect(stage.lastCommand.path).toBe("/api/calls/held-1/claim");
});

it("a caller on hold who hangs up is told of", async () => {
  const stage = await Stage.open({ calls: [held(), mine()] });
  await stage.say({ event: "call-ended", call: held({ rev: 2, state: "ended", agent_id: null, held_at: null, ended_at: "2026-11-23T10:01:00Z", end_reason: "completed" }) });
  expect(spoken(stage)).toContain("+1 555 000 1111, who was on hold for you, is gone.");
  expect(stage.zone("mine").querySelector(".held-card")).toBeNull();
});

it("who waited too long is shown to everybody, though nobody is free, and can be answered from a talk", async () => {
  const stage = await Stage.open({ calls: [mine(), held({ agent_id: BEN, overdue: true })] });
  expect(stage.zone("incoming").textContent).toContain("Waits on hold for Ben Carter, too long by now");
  await press("a");
  expect(stage.lastCommand.path).toBe("/api/calls/call-1/aside");
});

it("my own caller who waited too long rings here and is gone back to, also at the limit", async () => {
  const stage = await Stage.open({ calls: [held({ overdue: true, offered_to: [ANA] }), held({ id: "held-2" })], rules: { ...RULES, held_calls: 1 } });
  expect(document.title).toContain("is calling");
  await press("a");
  expect(stage.lastCommand.path).toBe("/api/calls/held-1/claim");
});

it("nobody else rings between putting one on hold and taking the other", async () => {
  const stage = await Stage.open({ calls: [mine({ id: "call-2", caller: FIRST }), call()] });
  await press("a");
  expect(stage.zone("mine").querySelector(".my-call")).toBeNull();
  expect(document.title).not.toContain("is calling");
  await press("a");
  expect(stage.commands, "a second press is the first one").toHaveLength(1);
});

it("a caller on hold for me whom a colleague takes is told of", async () => {
  const stage = await Stage.open({ calls: [mine(), held({ overdue: true, offered_to: [BEN] })] });
  await stage.say({ event: "call-claimed", call: held({ rev: 2, state: "connecting", agent_id: BEN, held_at: null }) });
  expect(stage.zone("incoming").textContent).toContain("Ben Carter has this call");
  expect(spoken(stage)).toContain("Ben Carter took the call from +1 555 000 1111.");
});

it("a caller on hold who is parked, and a wrap-up while somebody waits, are read aloud", async () => {
  const stage = await Stage.open({ calls: [mine(), held()] });
  await stage.say({ event: "call-ended", call: mine({ rev: 2, state: "ended", agent_id: null, ended_at: "2026-11-23T10:01:00Z", end_reason: "completed" }) });
  await stage.say({ event: "agent-changed", agent: agent({ rev: 2, status: "wrap_up", deadline: "2026-11-23T10:02:00Z", wrap_up_of: "call-1" }) });
  expect(spoken(stage)).toBe("Wrap-up. Somebody waits on hold for you.");
  await stage.say({ event: "call-parked", call: parked({ id: "held-1", caller: FIRST, rev: 2 }) });
  expect(spoken(stage)).toContain("+1 555 000 1111, who was on hold for you, is parked in slot 1.");
});

it("a supervisor is out of a call that is set aside", async () => {
  const listening = { person_id: ANA, mode: "listen", since: "2026-11-23T10:00:00Z", present: true } as const;
  const stage = await Stage.open({ calls: [held({ agent_id: BEN, monitors: [listening] })] });
  expect(stage.zone("mine").textContent).toContain("You are not on a call");
});

it("signing out waits for whoever is on hold", async () => {
  const stage = await Stage.open({ calls: [held()] });
  await act(async () => stage.store.signOut());
  expect(stage.page.getByRole("alert").textContent).toContain("Talk to, park or end whoever is on hold first");
  expect(stage.commands).toEqual([]);
});

it("reads well to axe", async () => {
  const stage = await Stage.open({ calls: [held(), mine(), call({ id: "call-3" })] });
  const { violations } = await axe.run(stage.page.container, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
});

it("whoever handed a caller on hold over learns that nobody took the call", async () => {
  const transfer = { by: ANA, to: BEN, number: null, team: null, failed: null };
  const stage = await Stage.open({ calls: [mine({ id: "call-2" }), call({ caller: FIRST, offered_to: [BEN], transfer, answered_at: mine().answered_at })] });
  await stage.say({ event: "transfer-failed", call: call({ rev: 2, caller: FIRST, offered_to: [], answered_at: mine().answered_at }) });
  expect(stage.page.getByText("Ben Carter did not take your call")).toBeTruthy();
  expect(stage.page.getByText("+1 555 000 1111 rings at everybody now.")).toBeTruthy();
});

it("a caller whom I end on hold leaves no note", async () => {
  const stage = await Stage.open({ calls: [held()] });
  await click(button(stage.zone("mine"), /^Hang up on/));
  await stage.say({ event: "call-ended", call: held({ rev: 2, state: "ended", held_at: null, ended_at: "2026-11-23T10:05:00Z", end_reason: "completed" }) });
  expect(stage.zone("incoming").textContent).not.toContain("Hung up");
});

it("a number that is called cannot be put onto the lot", async () => {
  const stage = await Stage.open({ calls: [calling()] });
  expect(stage.zone("lot").textContent).not.toContain("Drop");
});

it("while somebody waits on hold, the wrap-up says what is next", async () => {
  const stage = await Stage.open({ agents: [agent({ status: "wrap_up", wrap_up_of: "call-0", deadline: "2026-11-23T10:01:00Z" })], calls: [held()], recent: [ended({ id: "call-0", handled_by: [ANA] })] });
  expect(stage.page.getByRole("button", { name: /^Finish/ }).textContent).not.toContain("Available");
  expect(stage.zone("incoming").textContent).toContain("While somebody waits on hold for you, nobody else rings here.");
});
