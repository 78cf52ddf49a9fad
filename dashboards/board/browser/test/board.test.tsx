import { act, cleanup, fireEvent, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";
import { FakeDevice } from "./fake_device";
import { ANA, AT, BEN, agent, ben, call, ended, mine, parked } from "./people";
import { Stage } from "./stage";

afterEach(cleanup);

const button = (place: HTMLElement, name: string | RegExp) => within(place).getByRole("button", { name });
const click = (element: HTMLElement) => act(async () => fireEvent.click(element));
const press = (key: string, more: KeyboardEventInit = {}) => act(async () => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more }));

describe("an incoming call", () => {
  it("shows who calls and the number they dialled, and is read aloud", async () => {
    const stage = await Stage.open();
    expect(stage.zone("incoming").textContent).toContain("Nobody is calling");
    await stage.say({ event: "call-arrived", call: call() });
    expect(stage.zone("incoming").textContent).toContain("+1 555 765 4321");
    expect(stage.zone("incoming").textContent).toContain("to +1 555 010 0001");
    expect(stage.page.getByRole("log").textContent).toBe("Incoming call from +1 555 765 4321 to +1 555 010 0001.");
    expect(document.title).toContain("is calling");
  });

  it("is mine at once when it is answered, and rings no more", async () => {
    const stage = await Stage.open({ calls: [call()] });
    await click(button(stage.zone("incoming"), "Answer"));
    expect(stage.lastCommand).toMatchObject({ method: "POST", path: "/api/calls/call-1/claim" });
    expect(stage.zone("mine").querySelector("[data-call=call-1].pending")).not.toBeNull();
    expect(document.title).not.toContain("is calling");
    expect(FakeDevice.joined).toHaveLength(0);
    await stage.say({ event: "call-claimed", call: mine({ rev: 2, state: "connecting", agent_present: false }) });
    await stage.lastCommand.grant(2);
    expect(FakeDevice.joined[0]?.params["call_id"]).toBe("call-1");
    await act(async () => FakeDevice.joined[0]!.emit("accept"));
    await stage.say({ event: "call-connected", call: mine({ rev: 3 }) });
    expect(stage.zone("mine").textContent).toContain("Connected");
  });

  it("goes back with the reason when a colleague was faster, and says who has it", async () => {
    const stage = await Stage.open({ calls: [call()] });
    await click(button(stage.zone("incoming"), "Answer"));
    await stage.lastCommand.refuse("call-taken", "Ben Carter was faster and has this call.");
    expect(stage.page.getByRole("alert").textContent).toContain("Ben Carter was faster");
    await stage.say({ event: "call-claimed", call: mine({ rev: 2, agent_id: BEN }) });
    expect(stage.zone("incoming").textContent).toContain("Ben Carter has this call");
    expect(FakeDevice.joined).toHaveLength(0);
  });

  it("is declined alone, though the key was pressed twice and another took its place", async () => {
    const stage = await Stage.open({ calls: [call(), call({ id: "call-2" })] });
    await press("d");
    await press("d");
    expect(stage.commands.map(({ path }) => path)).toEqual(["/api/calls/call-1/refusal"]);
  });

  it("is answered and declined by key", async () => {
    const stage = await Stage.open({ calls: [call()] });
    await press("d");
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/refusal");
    await stage.lastCommand.refuse("no", "no");
    await press("a");
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/claim");
  });

  it("cannot be answered while a colleague is consulted about another call", async () => {
    const consult = { agent_id: BEN, number: null, ringing: false, since: AT, accepted: true, present: true, talk_with: "colleague", failed: null } as const;
    const stage = await Stage.open({ calls: [mine({ id: "call-2", consult }), call()] });
    expect(within(stage.zone("incoming")).queryByRole("button", { name: /answer/i })).toBeNull();
    await press("a");
    expect(stage.commands).toEqual([]);
  });
});

describe("my call", () => {
  it("is parked by button, into a slot of choice, and by key", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await click(button(stage.zone("mine"), "Park"));
    expect(stage.lastCommand).toMatchObject({ path: "/api/calls/call-1/parking", body: { slot: null } });
    expect(stage.zone("lot").querySelector("[data-slot='1'] [data-call=call-1].pending")).not.toBeNull();
    await stage.lastCommand.refuse("lot-full", "Every slot is taken.");
    expect(stage.zone("mine").querySelector("[data-call=call-1]")).not.toBeNull();

    await click(button(stage.zone("mine"), "Choose a parking slot"));
    await click(within(stage.zone("mine")).getByRole("menuitem", { name: "Slot 3" }));
    expect(stage.lastCommand.body).toEqual({ slot: 3 });
    await stage.lastCommand.refuse("slot-taken", "Taken.");

    await press("p");
    expect(stage.lastCommand.body).toEqual({ slot: null });
  });

  it("is hung up by button and by shift and H, never by H alone", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await press("h");
    expect(stage.commands).toHaveLength(0);
    await press("H", { shiftKey: true });
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/hangup");
    expect(stage.zone("mine").textContent).toContain("Ending the call…");
    expect(button(stage.zone("mine"), "Hang up")).toHaveProperty("disabled", true);
  });

  it("is muted", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await act(async () => FakeDevice.joined[0]!.emit("accept"));
    await press("m");
    expect(FakeDevice.joined[0]!.isMuted).toBe(true);
    expect(button(stage.zone("mine"), "Mute").getAttribute("aria-pressed")).toBe("true");
  });

  it("takes the focus with it to the lot and back", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    button(stage.zone("mine"), "Park").focus();
    await click(button(stage.zone("mine"), "Park"));
    expect(stage.zone("lot").contains(document.activeElement)).toBe(true);
    await stage.lastCommand.refuse("lot-full", "Every slot is taken.");
    expect(stage.zone("mine").contains(document.activeElement)).toBe(true);
  });

  it("says that the microphone is what keeps me from being heard", async () => {
    FakeDevice.forget();
    const stage = await Stage.open();
    FakeDevice.refuse = Object.assign(new Error("denied"), { code: 31401 });
    await stage.say({ call: mine() });
    expect(stage.zone("mine").textContent).toContain("The caller cannot hear you");
  });
});

describe("whoever calls", () => {
  it("is known by their earlier calls as soon as I take theirs, and until they are gone", async () => {
    const stage = await Stage.open({ calls: [call()], recent: [ended({ id: "other", caller: "+15550009999" })] });
    stage.earlier.set("call-1", [ended({ id: "before", handled_by: [BEN] })]);
    expect(stage.zone("recent").textContent).toContain("+1 555 000 9999");
    await press("a");
    expect(stage.zone("recent").textContent).toContain("Earlier calls from +1 555 765 4321");
    expect(stage.zone("recent").textContent).toContain("Ben Carter");
    expect(stage.zone("recent").textContent).not.toContain("+1 555 000 9999");
    await stage.say({ event: "call-ended", call: ended({ rev: 2, end_reason: "abandoned" }) });
    expect(stage.zone("recent").textContent).toContain("+1 555 000 9999");
  });

  it("changes nothing if they have never called", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    expect(stage.zone("recent").textContent).toContain("Recent calls");
  });
});

describe("a key that was pressed a moment too late", () => {
  it("makes nobody go away: G goes on duty, and only with shift off it", async () => {
    const stage = await Stage.open();
    await press("g");
    expect(stage.commands).toEqual([]);
    await press("G", { shiftKey: true });
    expect(stage.lastCommand).toMatchObject({ method: "PUT", path: "/api/presence", body: { status: "away" } });
  });
});

describe("a caller whom nobody answered in time", () => {
  it("is not said to have hung up", async () => {
    const stage = await Stage.open({ calls: [call()] });
    await stage.say({ event: "call-ended", call: ended({ rev: 2, end_reason: "no_answer" }) });
    expect(stage.zone("incoming").textContent).toContain("Nobody answered in time");
    expect(stage.page.getByRole("log").textContent).toBe("Nobody answered +1 555 765 4321 in time.");
  });
});

describe("a call on hold", () => {
  it("is held and resumed by button and by key, and read aloud", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await press("o");
    expect(stage.lastCommand).toMatchObject({ method: "POST", path: "/api/calls/call-1/hold" });
    await stage.say({ event: "call-held", call: mine({ rev: 2, held_at: AT }) });
    await act(async () => FakeDevice.joined[0]!.emit("accept"));
    expect(stage.zone("mine").textContent).toContain("On hold");
    expect(stage.page.getByRole("log").textContent).toBe("The caller is on hold.");
    await click(button(stage.zone("mine"), "Resume"));
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/calls/call-1/hold" });
  });
});

describe("handing a call over", () => {
  it("offers whoever is free, by key, and says who does not take it", async () => {
    const stage = await Stage.open({ calls: [mine()], agents: [agent(), ben(), agent({ id: "c", name: "Chloe", status: "away" })] });
    await press("t");
    const menu = stage.page.getByRole("menu", { name: "Transfer to a colleague" });
    const chloe = within(menu).getByRole("menuitem", { name: /Chloe/ });
    expect(chloe.getAttribute("aria-disabled")).toBe("true");
    await click(chloe);
    expect(stage.commands).toEqual([]);
    await click(within(menu).getByRole("menuitem", { name: /Ben/ }));
    expect(stage.lastCommand).toMatchObject({ method: "POST", path: "/api/calls/call-1/transfer", body: { to: BEN } });
    expect(stage.zone("incoming").textContent).toContain("You hand this to Ben Carter");
    await stage.say({ call: call({ rev: 3, offered_to: [ANA], transfer: { by: ANA, to: BEN, number: null, team: null, failed: "no_answer" } }) });
    expect(stage.zone("incoming").textContent).toContain("Ben Carter did not answer: back to you");
  });
});

describe("consulting a colleague", () => {
  const consult = { agent_id: BEN, number: null, ringing: false, since: AT, accepted: true, present: true, talk_with: "colleague", failed: null } as const;

  it("is begun from the menu, swapped and merged by button and key, and completed", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await act(async () => FakeDevice.joined[0]!.emit("accept"));
    await press("c");
    await click(within(stage.page.getByRole("menu", { name: "Consult a colleague" })).getByRole("menuitem", { name: /Ben/ }));
    expect(stage.lastCommand).toMatchObject({ method: "POST", path: "/api/calls/call-1/consult", body: { to: BEN } });
    expect(stage.zone("mine").textContent).toContain("Ringing Ben Carter…");
    await stage.say({ call: mine({ rev: 4, held_at: AT, consult }) });
    expect(stage.zone("mine").textContent).toContain("You talk with Ben Carter");
    await press("s");
    expect(stage.lastCommand).toMatchObject({ method: "PUT", body: { talk_with: "caller" } });
    await stage.lastCommand.grant(5);
    await stage.say({ call: mine({ rev: 5, consult: { ...consult, talk_with: "caller" } }) });
    await click(button(stage.zone("mine"), "All three"));
    expect(stage.lastCommand.body).toEqual({ talk_with: "all" });
    expect((await axe.run(document.body)).violations).toEqual([]);
    await click(button(stage.zone("mine"), "Hand over"));
    expect(stage.lastCommand).toMatchObject({ method: "POST", path: "/api/calls/call-1/completion" });
    expect(stage.zone("mine").querySelector("[data-call]")).toBeNull();
  });

  it("says why the colleague is not there, and gives the caller back", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await act(async () => FakeDevice.joined[0]!.emit("accept"));
    await stage.say({ call: mine({ rev: 2, held_at: AT, consult: { ...consult, present: false, accepted: false, failed: "declined" } }) });
    expect(stage.zone("mine").textContent).toContain("Ben Carter declined");
    await click(button(stage.zone("mine"), "Resume"));
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/calls/call-1/hold" });
  });

  it("rings at whoever is asked, who joins with their voice and may leave again", async () => {
    const asked = { ...consult, agent_id: ANA, accepted: false, present: false };
    const stage = await Stage.open({ calls: [mine({ agent_id: BEN, offered_to: [ANA], consult: asked })] });
    expect(stage.zone("incoming").textContent).toContain("Ben Carter wants to ask you about this call");
    await press("a");
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/claim");
    expect(FakeDevice.joined).toHaveLength(0);
    await stage.say({ call: mine({ rev: 2, agent_id: BEN, consult: { ...asked, accepted: true } }) });
    expect(FakeDevice.joined[0]?.params["call_id"]).toBe("call-1");
    await stage.say({ call: mine({ rev: 3, agent_id: BEN, consult: { ...asked, accepted: true, present: true } }) });
    await press("H", { shiftKey: true });
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/calls/call-1/consult" });
    expect(stage.zone("mine").querySelector("[data-call]")).toBeNull();
  });

  it("rings no more as soon as it is declined", async () => {
    const asked = { ...consult, agent_id: ANA, accepted: false, present: false };
    const stage = await Stage.open({ calls: [mine({ agent_id: BEN, offered_to: [ANA], consult: asked })] });
    await press("d");
    expect(stage.lastCommand.path).toBe("/api/calls/call-1/refusal");
    expect(stage.zone("incoming").querySelector(".ringing")).toBeNull();
  });

  it("keeps the keys in the menu when whoever was chosen is not free any more", async () => {
    const chloe = agent({ id: "c", name: "Chloe" });
    const stage = await Stage.open({ calls: [mine()], agents: [agent(), ben(), chloe] });
    await press("c");
    const first = document.activeElement!;
    expect(first.textContent).toContain("Ben");
    await stage.say({ agent: ben({ rev: 2, status: "away" }) });
    expect(document.activeElement).toBe(first);
    await press("ArrowDown");
    expect(document.activeElement!.textContent).toContain("Chloe");
    await press("Escape");
    expect(stage.page.queryByRole("menu")).toBeNull();
  });
});

describe("the parking lot", () => {
  it("shows who waits where, and gives a caller back by button and by key", async () => {
    const stage = await Stage.open({ calls: [parked({ slot: 2 })] });
    const slot = stage.zone("lot").querySelector<HTMLElement>("[data-slot='2']")!;
    expect(slot.textContent).toContain("+1 555 765 4321");
    expect(slot.textContent).toContain("Ben Carter");
    await press("2");
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/calls/call-1/parking" });
    await stage.lastCommand.refuse("call-taken", "Ben has it.");
    await click(button(stage.zone("lot"), "Pick up"));
    expect(stage.zone("mine").querySelector("[data-call=call-1].pending")).not.toBeNull();
  });

  it("says how a call comes here only to whoever has one", async () => {
    expect((await Stage.open()).zone("lot").textContent).toContain("Parked callers wait here");
    cleanup();
    expect((await Stage.open({ calls: [mine()] })).zone("lot").textContent).toContain("Drag your call here");
  });

  it("says once who parked a call", async () => {
    const stage = await Stage.open({ calls: [parked({ parked_by: ANA }), parked({ id: "call-2", slot: 2 })] });
    const [own, other] = [...stage.zone("lot").querySelectorAll(".parked-by")];
    expect(own?.textContent).toBe("parked by you");
    expect(other?.textContent).toBe("parked by Ben Carter");
  });

  it("rings back when a caller has waited too long", async () => {
    const stage = await Stage.open({ calls: [parked({ offered_to: [ANA] })] });
    expect(stage.zone("incoming").textContent).toContain("Parked too long in slot 1");
    await click(button(stage.zone("incoming"), "Answer"));
    expect(stage.lastCommand).toMatchObject({ method: "DELETE", path: "/api/calls/call-1/parking" });
  });

  it("refuses to park without asking when it is full", async () => {
    const full = [1, 2, 3].map((slot) => parked({ id: `p${slot}`, slot }));
    const stage = await Stage.open({ calls: [mine(), ...full] });
    await press("p");
    expect(stage.commands).toEqual([]);
    expect(stage.page.getByRole("alert").textContent).toContain("Every slot of the lot is taken");
  });
});

describe("the team and the past", () => {
  it("show everybody's presence", async () => {
    const stage = await Stage.open({ agents: [agent(), ben({ status: "away" })], calls: [mine()] });
    expect(stage.zone("team").querySelector(`[data-agent='${ANA}']`)?.getAttribute("data-presence")).toBe("on_call");
    expect(stage.zone("team").querySelector(`[data-agent='${BEN}']`)?.getAttribute("data-presence")).toBe("away");
  });

  it("show what became of a call", async () => {
    const stage = await Stage.open({
      recent: [
        ended({ handled_by: [ANA, BEN], answered_at: "2026-11-23T10:00:09Z" }),
        ended({ id: "call-2", ended_at: "2026-11-23T10:00:47Z", end_reason: "abandoned" }),
        ended({ id: "call-3", answered_at: AT, ended_at: "2026-11-23T10:00:30Z", end_reason: "failed" }),
        ended({ id: "call-4", answered_at: AT, ended_at: "2026-11-23T10:00:20Z", end_reason: "no_answer" }),
      ],
    });
    const [first, second, third, fourth] = [...stage.zone("recent").querySelectorAll("li")];
    expect(first?.textContent).toContain("Answered · Ana Ruiz and Ben Carter");
    expect(first?.textContent).toContain("0:09 wait · 5:00 in all");
    expect(second?.textContent).toContain("Abandoned");
    expect(second?.textContent).toContain("0:47 wait");
    expect(third?.textContent).toContain("Broke off");
    expect([first, second, third, fourth].map((row) => row?.className)).toEqual(["answered", "missed", "missed", "missed"]);
  });
});

describe("my presence", () => {
  const away = { agents: [agent({ status: "away" }), ben()] };

  it("becomes available once the microphone works", async () => {
    const stage = await Stage.open(away);
    await click(stage.page.getByRole("button", { name: "Go available" }));
    expect(stage.lastCommand).toMatchObject({ method: "PUT", path: "/api/presence", body: { status: "available" } });
    expect(stage.page.container.querySelector(".presence-now")?.getAttribute("data-presence")).toBe("available");
    expect(stage.page.getByRole("button", { name: "Away" })).toBeTruthy();
  });

  it("stays away without a microphone, and says what to do", async () => {
    const stage = await Stage.open(away);
    stage.microphone = "blocked";
    await click(stage.page.getByRole("button", { name: "Go available" }));
    expect(stage.commands).toEqual([]);
    expect(stage.page.getByRole("alert").textContent).toContain("Allow it in the site settings");
  });

});

describe("the line", () => {
  it("asks again for what it missed", async () => {
    const stage = await Stage.open({ number: 10 });
    await act(async () => stage.feed.last.say({ type: "event", number: 13, at: "", event: "x", call: call() }));
    expect(stage.feed.last.heard.at(-1)).toEqual({ type: "resume", since: 10 });
  });

  it("says since when the board is out of date, and lets go when it is current again", async () => {
    const stage = await Stage.open();
    await act(async () => stage.feed.last.say({ type: "stale", detail: "The database does not answer." }));
    expect(stage.page.container.textContent).toContain("Out of date since");
    await act(async () => stage.feed.last.say({ type: "live" }));
    expect(stage.page.container.textContent).not.toContain("Out of date since");
  });

  it("goes to the sign-in page when the session has ended, and reloads in another company", async () => {
    const stage = await Stage.open();
    await act(async () => stage.feed.last.say({ type: "goodbye", code: "session-ended", detail: "" }));
    expect(stage.went).toEqual(["/sign-in?next=%2F"]);
    const other = await Stage.open();
    await act(async () => other.feed.last.say({ type: "goodbye", code: "tenant-switched", detail: "" }));
    expect(other.went).toEqual(["reload"]);
  });

  it("goes to the sign-in page when a command finds nobody signed in", async () => {
    const stage = await Stage.open({ calls: [call()] });
    await click(button(stage.zone("incoming"), "Answer"));
    await stage.lastCommand.refuse("signed-out", "Sign in.", 401);
    expect(stage.went).toEqual(["/sign-in?next=%2F"]);
  });
});

describe("the keys", () => {
  it("are told by the question mark, and can be switched off", async () => {
    const stage = await Stage.open({ calls: [call()] });
    await press("?");
    const dialog = stage.page.container.querySelector("dialog")!;
    expect(dialog.open).toBe(true);
    expect([...dialog.querySelectorAll("kbd")].map((key) => key.textContent)).toEqual(expect.arrayContaining(["1 – 3", "Esc"]));
    await click(within(dialog).getByRole("checkbox"));
    await click(within(dialog).getByRole("button", { name: "Close" }));
    await press("a");
    expect(stage.commands).toEqual([]);
    localStorage.clear();
  });

  it("belong to a field that is being typed in", async () => {
    const stage = await Stage.open({ calls: [call()] });
    const field = document.createElement("input");
    document.body.append(field);
    field.focus();
    await press("a");
    field.remove();
    expect(stage.commands).toEqual([]);
  });

  it("do nothing together with control, alt or command", async () => {
    const stage = await Stage.open({ calls: [call()] });
    await press("a", { ctrlKey: true });
    await press("a", { metaKey: true });
    expect(stage.commands).toEqual([]);
  });
});

describe("the page", () => {
  it("says that the telephony is simulated and where to play a caller", async () => {
    const stage = await Stage.open();
    const banner = stage.page.getByRole("complementary", { name: "Simulated telephony" });
    expect(within(banner).getByRole("link").getAttribute("href")).toBe("http://localhost:8081/");
  });

  it("does not let a call be lost by signing out", async () => {
    const stage = await Stage.open({ calls: [mine()] });
    await click(stage.page.getByRole("button", { name: "Ana Ruiz" }));
    await click(stage.page.getByRole("menuitem", { name: "Sign out" }));
    expect(stage.commands).toEqual([]);
    expect(stage.page.getByRole("alert").textContent).toContain("Park or end your call first");
  });

  it("has no accessibility finding, busy or idle", async () => {
    const busy = await Stage.open({
      calls: [call(), call({ id: "c3", offered_to: [BEN] }), mine({ id: "c2" }), parked({ id: "c4" })],
      recent: [ended({ id: "c5" })],
    });
    await act(async () => busy.feed.last.say({ type: "stale", detail: "The database does not answer." }));
    expect(await findings(busy.page.container)).toEqual([]);
    cleanup();
    expect(await findings((await Stage.open()).page.container)).toEqual([]);
  });
});

/** jsdom has no layout: colours and sizes are looked at in a real browser. */
async function findings(page: HTMLElement): Promise<string[]> {
  const { violations } = await axe.run(page, { rules: { "color-contrast": { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
