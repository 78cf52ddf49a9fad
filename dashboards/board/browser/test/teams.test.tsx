import { act, cleanup, fireEvent, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";
import { initialState, reduce, type Action, type BoardState } from "../src/board_state";
import { viewOf } from "../src/board_view";
import type { Move } from "../src/moves";
import { ANA, AT, BEN, CHLOE, ME, SALES, SUPPORT, TEAMS, agent, ben, call, event, mine, snapshot } from "./people";
import { Stage } from "./stage";

afterEach(cleanup);

const chloe = (change = {}) => agent({ id: CHLOE, name: "Chloe Martin", ...change });
const everybody = [agent(), ben(), chloe()];
const toSales = { by: ANA, to: null, number: null, team: SALES, failed: null };
const button = (place: HTMLElement, name: string | RegExp) => within(place).getByRole("button", { name });
const click = (element: HTMLElement) => act(async () => fireEvent.click(element));
const press = (key: string) => act(async () => fireEvent.keyDown(document.activeElement ?? document.body, { key }));
const shown = (stage: Stage) => [...stage.zone("team").querySelectorAll("[data-agent] strong")].map((name) => name.textContent);
const team = (stage: Stage, id: string) => stage.zone("team").querySelector<HTMLElement>(`[data-team="${id}"]`)!;

function boardWith(...calls: ReturnType<typeof call>[]): BoardState {
  return reduce(initialState, { type: "snapshot", snapshot: snapshot({ calls, agents: everybody, teams: TEAMS }), now: Date.parse(AT) });
}

describe("what is known of teams", () => {
  const free = (...calls: ReturnType<typeof call>[]) => viewOf(boardWith(...calls))!.teams.map((one) => one.free);

  it("counts those to whom a call can be handed now, without me", () => {
    expect(free()).toEqual([1, 1]);
    expect(free(call({ offered_to: [BEN] }))).toEqual([1, 1]);
    expect(free(mine({ agent_id: BEN }), mine({ id: "c2", agent_id: CHLOE }))).toEqual([0, 0]);
  });

  it("is laid over a transfer: it rings at those who are free, under the team's name", () => {
    const move: Move = { kind: "transfer", callId: "call-1", team: SALES };
    const start: Action = { type: "move-started", id: "m1", move, now: Date.parse(AT) };
    const view = viewOf(reduce(boardWith(mine()), start))!;
    expect(view.mine).toBeNull();
    expect(view.elsewhere).toMatchObject([{ transfer: toSales, offered_to: [BEN], pending: "transfer" }]);
    expect(view.nameOf(SALES)).toBe("Sales");
    const busy = viewOf(reduce(boardWith(mine(), mine({ id: "c2", agent_id: BEN })), start))!;
    expect(busy.elsewhere).toMatchObject([{ offered_to: [] }]);
  });

  it("stays as the snapshot told it, and a new one replaces it", () => {
    const after = reduce(boardWith(), { type: "event", event: event(11, { call: call() }) });
    expect(after.truth!.teams).toBe(TEAMS);
    const anew = reduce(after, { type: "snapshot", snapshot: snapshot({ number: 12 }), now: 0 });
    expect(viewOf(anew)!.teams).toEqual([]);
  });
});

describe("a company's teams on the board", () => {
  it("are not there for a company that has none", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    expect(stage.zone("team").querySelector(".teams")).toBeNull();
    await press("t");
    expect(within(stage.page.getByRole("menu")).getAllByRole("menuitem").map((item) => item.textContent)).toEqual(["Ben Carteravailable", "A number outside…"]);
  });

  it("say how many are free, and show their people alone", async () => {
    const stage = await Stage.open({ agents: everybody, teams: TEAMS });
    expect(team(stage, SALES).textContent).toContain("1 free");
    await stage.say({ agent: ben({ rev: 2, status: "away" }) });
    expect(team(stage, SALES).textContent).toContain("nobody free");
    const support = button(stage.zone("team"), /Show only Support/);
    await click(support);
    expect(shown(stage)).toEqual(["Chloe Martin"]);
    expect(support.getAttribute("aria-pressed")).toBe("true");
    expect((await axe.run(stage.zone("team"), { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
    await click(support);
    expect(shown(stage)).toEqual(["Ana Ruiz you", "Ben Carter", "Chloe Martin"]);
  });

  it("hide nobody who asks for help from a supervisor", async () => {
    const stage = await Stage.open({ agents: everybody, teams: TEAMS }, { ...ME, role: "supervisor" });
    await click(button(stage.zone("team"), /Show only Support/));
    await stage.say({ call: mine({ agent_id: BEN, help_at: AT }) });
    expect(shown(stage)).toEqual(["Ben Carter", "Chloe Martin"]);
  });
});

describe("handing a call to a team", () => {
  it("is in the menu of its button and its key; a team of which nobody is free cannot be chosen", async () => {
    const stage = await Stage.open({ calls: [mine()], agents: [agent(), ben(), chloe({ status: "away" })], teams: TEAMS });
    await press("t");
    const menu = stage.page.getByRole("menu", { name: "Transfer to a colleague" });
    const support = within(menu).getByRole("menuitem", { name: /Support/ });
    expect(support.textContent).toContain("nobody free");
    expect(support.getAttribute("aria-disabled")).toBe("true");
    expect(document.activeElement!.textContent).toContain("Sales");
    await click(document.activeElement as HTMLElement);
    expect(stage.lastCommand).toMatchObject({ method: "POST", path: "/api/calls/call-1/transfer", body: { team: SALES } });
    expect(stage.zone("incoming").textContent).toContain("Handed to Sales by you");
    expect(stage.page.getByRole("log").textContent).toContain("Handed to Sales, where it rings.");
    await stage.say({ call: call({ rev: 3, offered_to: [ANA], transfer: { ...toSales, failed: "no_answer" } }) });
    expect(stage.zone("incoming").textContent).toContain("Sales did not answer: back to you");
    expect(stage.page.getByRole("log").textContent).toContain("Sales did not take the call from +1 555 765 4321; it rings at you again.");
  });

  it("is refused with the reason, and the call is mine again", async () => {
    const stage = await Stage.open({ calls: [mine()], agents: everybody, teams: TEAMS });
    await act(async () => stage.store.transfer("call-1", { team: SUPPORT }));
    await stage.lastCommand.refuse("team-not-available", "Nobody of that team can take a call now.");
    expect(stage.page.getByRole("alert").textContent).toContain("Nobody of that team");
    expect(stage.zone("mine").querySelector("[data-call=call-1]")).not.toBeNull();
  });

  it("is told to the team and to everybody else, and that a colleague was faster", async () => {
    const transfer = { ...toSales, by: CHLOE };
    const stage = await Stage.open({ agents: everybody, teams: TEAMS });
    await stage.say({ event: "call-transferred", call: call({ transfer }) });
    expect(stage.zone("incoming").querySelector(".ringing")!.textContent).toContain("Handed to Sales by Chloe Martin");
    expect(stage.page.getByRole("log").textContent).toBe("Chloe Martin hands the call from +1 555 765 4321 to Sales; it rings at you.");
    await press("d");
    expect(stage.zone("incoming").querySelector(".elsewhere")!.textContent).toContain("Handed to Sales by Chloe Martin");
    await stage.lastCommand.refuse("no", "no");
    await stage.say({ call: mine({ rev: 2, agent_id: BEN, transfer }) });
    expect(stage.zone("incoming").textContent).toContain("Ben Carter has this call");
  });
});
