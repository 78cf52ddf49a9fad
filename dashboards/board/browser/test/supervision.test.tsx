import { act, cleanup, fireEvent, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";
import type { Me, Monitor } from "../src/wire";
import { FakeDevice } from "./fake_device";
import { ANA, AT, BEN, ME, agent, ben, call, mine } from "./people";
import { Stage } from "./stage";

afterEach(cleanup);

const SUPERVISOR: Me = { ...ME, role: "supervisor" };
const button = (place: HTMLElement, name: string | RegExp) => within(place).getByRole("button", { name });
const click = (element: HTMLElement) => act(async () => fireEvent.click(element));
const press = (key: string, more: KeyboardEventInit = {}) => act(async () => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more }));
const bens = (change = {}) => mine({ agent_id: BEN, handled_by: [BEN], ...change });
const monitor = (change: Partial<Monitor> = {}): Monitor => ({ person_id: ANA, mode: "listen", since: AT, present: true, ...change });
const supervisor = (first = {}) => Stage.open({ calls: [bens()], ...first }, SUPERVISOR);

describe("a supervisor's team list", () => {
  it("has a menu for every colleague, with the ways into their call", async () => {
    const stage = await supervisor();
    await click(button(stage.zone("team"), "Supervise Ben Carter"));
    const items = within(stage.zone("team")).getAllByRole("menuitem").map(({ textContent }) => textContent);
    expect(items).toEqual(["ListenL", "WhisperW", "Barge inB", "Take over⇧T", "Set to available…", "Set to away…"]);
    await click(within(stage.zone("team")).getByRole("menuitem", { name: /Whisper/ }));
    expect(stage.lastCommand).toMatchObject({ method: "POST", path: "/api/calls/call-1/monitoring", body: { mode: "whisper" } });
    expect(stage.zone("mine").querySelector("[data-call=call-1].pending")).not.toBeNull();
    expect(FakeDevice.joined).toHaveLength(0);
  });

  it("puts first who asks for help, says so, and is one key away from it", async () => {
    const stage = await supervisor({ agents: [agent(), ben(), ben({ id: "c", name: "Abe Aaron" })] });
    await stage.say({ event: "help-asked", call: bens({ rev: 2, help_at: AT }) });
    expect(stage.zone("team").querySelector("li")!.dataset["agent"]).toBe(BEN);
    expect(stage.zone("team").textContent).toContain("1 asks for help");
    expect(stage.page.getByRole("log").textContent).toBe("Ben Carter asks for help with the call from +1 555 765 4321.");
    expect(within(stage.zone("team")).getByRole("group", { name: "Help Ben Carter" }).textContent).toBe("ListenLWhisperWBarge inB");
    await press("b");
    expect(stage.lastCommand).toMatchObject({ path: "/api/calls/call-1/monitoring", body: { mode: "barge" } });
  });

  it("hands the focus on to the call once help is there", async () => {
    const stage = await supervisor({ calls: [bens({ help_at: AT })] });
    const whisper = within(stage.zone("team")).getByRole("button", { name: "Whisper" });
    whisper.focus();
    await click(whisper);
    await stage.say({ event: "monitor-joined", call: bens({ rev: 3, monitors: [monitor({ mode: "whisper" })] }) });
    expect(document.activeElement).toBe(button(stage.zone("mine"), "Whisper"));
  });

  it("is without any of it for an agent", async () => {
    const stage = await Stage.open({ calls: [bens({ help_at: AT })] });
    expect(within(stage.zone("team")).queryByRole("button")).toBeNull();
    expect(stage.zone("team").textContent).not.toContain("asks for help");
    await press("l");
    await press("T", { shiftKey: true });
    expect(stage.commands).toEqual([]);
  });

  it("sets a colleague's status with a reason, and keeps the words if it is refused", async () => {
    const stage = await supervisor();
    await click(button(stage.zone("team"), "Supervise Ben Carter"));
    await click(within(stage.zone("team")).getByRole("menuitem", { name: "Set to away…" }));
    const dialog = within(stage.page.getByRole("dialog", { name: "Set Ben Carter to away" }));
    expect(dialog.getByRole("button", { name: "Set to away" })).toHaveProperty("disabled", true);
    const why = dialog.getByLabelText("Why");
    await act(async () => fireEvent.change(why, { target: { value: "long break" } }));
    await click(dialog.getByRole("button", { name: "Set to away" }));
    expect(stage.lastCommand).toMatchObject({ method: "PUT", path: `/api/agents/${BEN}/presence`, body: { status: "away", reason: "long break" } });
    await stage.lastCommand.refuse("no", "The database is away.", 503);
    expect(why).toHaveProperty("value", "long break");
    expect(stage.page.getByText("The status was not set")).toBeTruthy();
  });
});

describe("listening", () => {
  const listening = (change: Partial<Monitor> = {}) => bens({ rev: 3, monitors: [monitor(change)] });

  it("connects the voice, shows who hears me, and changes it by button and key", async () => {
    const stage = await supervisor();
    await stage.say({ event: "monitoring-started", call: listening({ present: false }) });
    expect(FakeDevice.joined[0]?.params["call_id"]).toBe("call-1");
    await act(async () => FakeDevice.joined[0]!.emit("accept"));
    const card = stage.zone("mine");
    expect(card.textContent).toContain("Nobody hears you");
    await click(button(card, /Whisper/));
    expect(stage.lastCommand).toMatchObject({ method: "PUT", path: "/api/calls/call-1/monitoring", body: { mode: "whisper" } });
    expect(card.textContent).toContain("Ben hears you");
    await stage.say({ event: "monitoring-changed", call: listening({ mode: "whisper" }) });
    await stage.lastCommand.grant(3);
    await press("b");
    expect(stage.lastCommand.body).toEqual({ mode: "barge" });
    expect(card.textContent).toContain("Everybody hears you");
  });

  it("is left by key, and no call rings meanwhile", async () => {
    const stage = await supervisor({ calls: [listening(), call({ id: "call-2", offered_to: [ANA] })] });
    expect(document.title).not.toContain("is calling");
    expect(stage.zone("incoming").textContent).toContain("Leave the call you listen to");
    await press("a");
    expect(stage.commands).toEqual([]);
    await press("H", { shiftKey: true });
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/calls/call-1/monitoring" });
  });

  it("becomes my call when I take it over, on the same line", async () => {
    const stage = await supervisor({ calls: [listening()] });
    await act(async () => FakeDevice.joined[0]!.emit("accept"));
    await press("T", { shiftKey: true });
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/takeover");
    await stage.say({ event: "call-taken-over", call: mine({ rev: 4, handled_by: [BEN, ANA] }) });
    expect(FakeDevice.joined).toHaveLength(1);
    expect(button(stage.zone("mine"), "Hang up")).toBeTruthy();
  });

  it("is known to my own page also where the cards do not tell", async () => {
    const hidden = { is_shown: false, calls: [{ call_id: "call-1", monitors: [monitor()] }] };
    const stage = await Stage.open({ calls: [bens()] }, SUPERVISOR, hidden);
    expect(FakeDevice.joined[0]?.params["call_id"]).toBe("call-1");
    expect(stage.zone("mine").textContent).toContain("with Ben Carter");
    stage.monitored = { is_shown: false, calls: [] };
    await act(async () => FakeDevice.joined[0]!.emit("accept"));
    await act(async () => FakeDevice.joined[0]!.emit("disconnect"));
    expect(stage.zone("mine").textContent).toContain("You are not on a call");
  });
});

describe("an agent", () => {
  it("asks for help by key and button, and takes it back", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await press("e");
    expect(stage.lastCommand).toMatchObject({ method: "POST", path: "/api/calls/call-1/help" });
    await stage.say({ event: "help-asked", call: mine({ rev: 2, help_at: AT }) });
    await click(button(stage.zone("mine"), /Help asked/));
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/calls/call-1/help" });
  });

  it("sees and hears who is with them, and in which way", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await stage.say({ event: "monitor-joined", call: mine({ rev: 2, monitors: [monitor({ person_id: BEN })] }) });
    expect(stage.zone("mine").textContent).toContain("Ben Carter is listening");
    expect(stage.page.getByRole("log").textContent).toBe("Ben Carter is listening.");
    expect(stage.zone("team").textContent).toContain("Monitoring");
    await stage.say({ event: "monitoring-ended", call: mine({ rev: 3 }) });
    expect(stage.page.getByRole("log").textContent).toBe("Ben Carter has left your call.");
  });

  it("is told who took their call over", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await stage.say({ event: "call-taken-over", call: bens({ rev: 2 }) });
    expect(stage.page.getByText("Ben Carter took your call over")).toBeTruthy();
  });

  it("reads who set their status and why, and nobody else does", async () => {
    const stage = await Stage.open({});
    stage.whySet = { set_by: BEN, status: "away", reason: "long break" };
    await stage.say({ event: "agent-set", agent: agent({ rev: 2, status: "away", set_by: BEN }) });
    expect(stage.page.getByText("Ben Carter set you to away")).toBeTruthy();
    expect(stage.page.getByText("long break")).toBeTruthy();
  });
});

it("has no accessibility finding while a supervisor helps", async () => {
  const stage = await supervisor({ calls: [bens({ help_at: AT, monitors: [monitor()] })] });
  const findings = await axe.run(stage.page.container, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  expect(findings.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});

describe("asking for help", () => {
  it("says so when no supervisor is there, and says it no more once one comes", async () => {
    const SAM = "sam";
    const stage = await Stage.open({ calls: [mine()], agents: [agent(), agent({ id: SAM, name: "Sam Okafor", status: "offline" })], supervisors: [SAM] });
    await act(async () => fireEvent.click(within(stage.zone("mine")).getByRole("button", { name: /^Help/ })));
    expect(stage.zone("mine").textContent).toContain("No supervisor is here yet");
    expect(stage.page.getByRole("log").textContent).toBe("You ask for help. No supervisor is here now; whoever comes will see it.");
    await stage.say({ event: "agent-changed", agent: agent({ id: SAM, name: "Sam Okafor", rev: 2, status: "away" }) });
    expect(stage.zone("mine").textContent).not.toContain("No supervisor is here yet");
  });
});
