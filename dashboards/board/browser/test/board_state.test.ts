import { describe, expect, it } from "vitest";
import { initialState, reduce, type Action, type BoardState } from "../src/board_state";
import { presenceOf, viewOf } from "../src/board_view";
import type { Move } from "../src/moves";
import type { Consult } from "../src/wire";
import { ANA, AT, BEN, agent, ben, call, ended, event, mine, parked, snapshot } from "./people";

const NOW = Date.parse(AT);

function play(state: BoardState, ...actions: Action[]): BoardState {
  return actions.reduce(reduce, state);
}

function boardWith(...calls: ReturnType<typeof call>[]): BoardState {
  return play(initialState, { type: "snapshot", snapshot: snapshot({ calls }), now: NOW });
}

const start = (move: Move, id = "m1"): Action => ({ type: "move-started", id, move, now: NOW });
const granted = (rev: number, id = "m1"): Action => ({ type: "move-granted", id, rev });
const refused = (detail: string, id = "m1"): Action => ({ type: "move-refused", id, refusal: { code: "no", detail } });
const claim: Move = { kind: "claim", callId: "call-1" };
const park: Move = { kind: "park", callId: "call-1", slot: null };

describe("a pending move", () => {
  it("shows the answered call as mine at once, marked as pending", () => {
    const view = viewOf(play(boardWith(call()), start(claim)))!;
    expect(view.mine).toMatchObject({ id: "call-1", state: "connecting", pending: "claim" });
    expect(view.ringing).toEqual([]);
    expect(view.me?.presence).toBe("on_call");
  });

  it("stays until the server's own revision is there, the answer first", () => {
    let state = play(boardWith(call()), start(claim), granted(2));
    expect(viewOf(state)!.mine?.pending).toBe("claim");
    state = play(state, { type: "event", event: event(11, { call: mine({ rev: 2 }) }) });
    expect(state.pending).toEqual([]);
    expect(viewOf(state)!.mine?.pending).toBeNull();
  });

  it("is over as soon as the event shows it, the answer second", () => {
    let state = play(boardWith(call()), start(claim), { type: "event", event: event(11, { call: mine({ rev: 2 }) }) });
    expect(state.pending).toEqual([]);
    state = play(state, granted(2));
    expect(viewOf(state)!.mine?.pending).toBeNull();
  });

  it("does not come back when the call has gone on before the answer arrives", () => {
    const state = play(
      boardWith(mine()),
      start(park),
      { type: "event", event: event(11, { call: parked({ rev: 2, parked_by: ANA }) }) },
      { type: "event", event: event(12, { call: mine({ rev: 3, agent_id: BEN }) }) },
      granted(2),
    );
    expect(viewOf(state)!.lot.every((slot) => slot.call === null)).toBe(true);
    expect(viewOf(state)!.mine).toBeNull();
  });

  it("goes back with the reason when it is refused", () => {
    const state = play(boardWith(mine()), start(park), refused("Every slot is taken."));
    expect(viewOf(state)!.mine).toMatchObject({ id: "call-1", pending: null });
    expect(state.notices).toMatchObject([{ title: "The call was not parked", detail: "Every slot is taken." }]);
  });

  it("says nothing when it is refused after the server showed it", () => {
    const state = play(boardWith(call()), start(claim), { type: "event", event: event(11, { call: mine({ rev: 2 }) }) }, refused("too late"));
    expect(state.notices).toEqual([]);
  });

  it("yields when somebody else has taken the call", () => {
    const state = play(boardWith(call()), start(claim), {
      type: "event",
      event: event(11, { call: mine({ rev: 2, agent_id: BEN }) }),
    });
    expect(viewOf(state)!.mine).toBeNull();
    expect(viewOf(state)!.passing).toMatchObject([{ reason: { kind: "taken", by: BEN } }]);
  });

  it("ends with the call", () => {
    const state = play(boardWith(mine()), start(park), { type: "event", event: event(11, { call: ended({ rev: 2 }) }) });
    expect(state.pending).toEqual([]);
    expect(viewOf(state)!.recent.map(({ id }) => id)).toEqual(["call-1"]);
  });

  it("parks in the first free slot, or in the one that was asked for", () => {
    const other = parked({ id: "call-2", slot: 1 });
    expect(viewOf(play(boardWith(mine(), other), start(park)))!.lot[1]?.call).toMatchObject({ id: "call-1", pending: "park" });
    expect(viewOf(play(boardWith(mine(), other), start({ ...park, slot: 3 })))!.lot[2]?.call?.id).toBe("call-1");
  });

  it("takes a parked call out of the lot", () => {
    const view = viewOf(play(boardWith(parked()), start({ kind: "pick-up", callId: "call-1" })))!;
    expect(view.mine).toMatchObject({ id: "call-1", pending: "pick-up" });
    expect(view.lot.every((slot) => slot.call === null)).toBe(true);
  });

  it("keeps a call that is being hung up in its place, marked", () => {
    const view = viewOf(play(boardWith(mine()), start({ kind: "hang-up", callId: "call-1" })))!;
    expect(view.mine).toMatchObject({ id: "call-1", pending: "hang-up" });
  });

  it("stops a declined call from ringing, for a parked one that rings back too", () => {
    const decline: Move = { kind: "decline", callId: "call-1" };
    expect(viewOf(play(boardWith(call()), start(decline)))!.ringing).toEqual([]);
    const back = play(boardWith(parked({ offered_to: [ANA] })), start(decline));
    expect(viewOf(back)!.ringBacks).toEqual([]);
    expect(back.pending).toHaveLength(1);
  });

  it("is forgotten when nothing shows it any more", () => {
    const state = play(boardWith(call()), start(claim), granted(2), { type: "move-forgotten", id: "m1" });
    expect(viewOf(state)!.ringing).toHaveLength(1);
  });
});

describe("my presence", () => {
  it("changes at once and is settled by the agent's own revision", () => {
    let state = play(boardWith(), start({ kind: "presence", status: "away", reason: null }));
    expect(viewOf(state)!.me?.presence).toBe("away");
    expect(viewOf(state)!.presencePending).toBe(true);
    state = play(state, granted(2), { type: "event", event: event(11, { agent: agent({ rev: 2, status: "away" }) }) });
    expect(viewOf(state)!.presencePending).toBe(false);
  });

  it("goes back when it is refused", () => {
    const state = play(boardWith(), start({ kind: "presence", status: "away", reason: null }), refused("no"));
    expect(viewOf(state)!.me?.presence).toBe("available");
  });

  it("is derived from the status and the calls", () => {
    expect(presenceOf(agent({ status: "offline" }), [mine()])).toBe("offline");
    expect(presenceOf(agent({ status: "wrap_up" }), [mine()])).toBe("on_call");
    expect(presenceOf(agent({ status: "wrap_up" }), [call()])).toBe("wrap_up");
    expect(presenceOf(agent({ status: "away" }), [call()])).toBe("away");
    expect(presenceOf(agent(), [call()])).toBe("ringing");
    expect(presenceOf(agent(), [parked({ offered_to: [ANA] })])).toBe("ringing");
    expect(presenceOf(agent(), [parked()])).toBe("available");
  });
});

describe("a call that stops ringing for me", () => {
  it("says who has it, or that the caller left, until that has been read", () => {
    let state = play(boardWith(call()), { type: "event", event: event(11, { call: ended({ rev: 2, end_reason: "abandoned" }) }) });
    expect(state.passing).toMatchObject([{ reason: { kind: "left" } }]);
    state = play(state, { type: "passing-over", callId: "call-1" });
    expect(state.passing).toEqual([]);
  });

  it("rings again without its note", () => {
    const state = play(
      boardWith(call()),
      { type: "event", event: event(11, { call: mine({ rev: 2, agent_id: BEN }) }) },
      { type: "event", event: event(12, { call: call({ rev: 3 }) }) },
    );
    expect(state.passing).toEqual([]);
    expect(viewOf(state)!.ringing).toHaveLength(1);
  });
});

describe("the zones", () => {
  it("ring the longest waiting first and show what rings elsewhere", () => {
    const later = call({ id: "call-2", started_at: "2026-11-23T10:00:05Z" });
    const other = call({ id: "call-3", offered_to: [BEN] });
    const view = viewOf(boardWith(later, call(), other))!;
    expect(view.ringing.map(({ id }) => id)).toEqual(["call-1", "call-2"]);
    expect(view.elsewhere.map(({ id }) => id)).toEqual(["call-3"]);
  });

  it("show a call beyond the last slot all the same", () => {
    expect(viewOf(boardWith(parked({ slot: 7 })))!.lot.at(-1)).toMatchObject({ slot: 7, call: { id: "call-1" } });
  });

  it("list me first and the absent last", () => {
    const state = play(initialState, {
      type: "snapshot",
      now: NOW,
      snapshot: snapshot({ agents: [ben({ status: "offline" }), agent({ id: "zoe", name: "Zoe" }), agent()] }),
    });
    expect(viewOf(state)!.team.map(({ agent: { id } }) => id)).toEqual([ANA, "zoe", BEN]);
  });
});

describe("the line", () => {
  it("is out of date from its loss until the server has spoken again", () => {
    let state = play(boardWith(), { type: "line", line: "lost", now: NOW + 5_000 });
    expect(state.stale?.since).toBe(NOW + 5_000);
    state = play(state, { type: "line", line: "lost", now: NOW + 9_000 });
    expect(state.stale?.since).toBe(NOW + 5_000);
    state = play(state, { type: "line", line: "open", now: NOW }, { type: "live" });
    expect(state.stale).toBeNull();
  });

  it("keeps the offset of the server's clock", () => {
    const state = play(initialState, { type: "snapshot", snapshot: snapshot(), now: NOW - 3_000 });
    expect(state.clockOffset).toBe(3_000);
  });
});

describe("a call on hold", () => {
  const hold: Move = { kind: "hold", callId: "call-1" };

  it("shows at once, and stays mine", () => {
    const view = viewOf(play(boardWith(mine()), start(hold)))!;
    expect(view.mine).toMatchObject({ held_at: new Date(NOW).toISOString(), pending: "hold" });
    expect(view.me?.presence).toBe("on_call");
  });

  it("goes back when it is refused", () => {
    const state = play(boardWith(mine()), start(hold), refused("Your voice is not in the call yet."));
    expect(viewOf(state)!.mine?.held_at).toBeNull();
    expect(state.notices).toMatchObject([{ title: "The caller was not put on hold" }]);
  });

  it("talks again at once", () => {
    const state = play(boardWith(mine({ held_at: AT })), start({ kind: "resume", callId: "call-1" }));
    expect(viewOf(state)!.mine).toMatchObject({ held_at: null, pending: "resume" });
  });
});

describe("a call that is handed over", () => {
  const transfer: Move = { kind: "transfer", callId: "call-1", to: BEN };

  it("leaves me at once and rings at the colleague", () => {
    const view = viewOf(play(boardWith(mine()), start(transfer)))!;
    expect(view.mine).toBeNull();
    expect(view.elsewhere).toMatchObject([{ transfer: { by: ANA, to: BEN, number: null, team: null, failed: null }, pending: "transfer" }]);
    expect(view.team.find(({ agent: { id } }) => id === BEN)?.presence).toBe("ringing");
  });

  it("comes back to me when it is refused", () => {
    const state = play(boardWith(mine()), start(transfer), refused("That colleague cannot take a call now."));
    expect(viewOf(state)!.mine).toMatchObject({ id: "call-1", transfer: null });
  });

  it("rings at me again with the reason when the colleague declines", () => {
    const back = call({ rev: 3, offered_to: [ANA], transfer: { by: ANA, to: BEN, number: null, team: null, failed: "declined" } });
    const state = play(boardWith(mine()), start(transfer), granted(2), { type: "event", event: event(11, { call: back }) });
    expect(state.pending).toEqual([]);
    expect(viewOf(state)!.ringing).toMatchObject([{ transfer: { failed: "declined" } }]);
  });

  it("can be handed to whoever is free, and to nobody else", () => {
    const others = [agent(), ben(), agent({ id: "c", name: "Chloe", status: "away" }), agent({ id: "d", name: "Dan", status: "wrap_up" })];
    const state = play(initialState, { type: "snapshot", snapshot: snapshot({ calls: [mine()], agents: others }), now: NOW });
    expect(viewOf(state)!.reachable.map(({ agent: { name } }) => name)).toEqual(["Ben Carter"]);
  });
});

describe("a colleague who is consulted", () => {
  const asked = (change: Partial<Consult> = {}): Consult => ({
    agent_id: BEN,
    number: null,
    ringing: false,
    since: AT,
    accepted: false,
    present: false,
    talk_with: "colleague",
    failed: null,
    ...change,
  });

  it("is rung at once while the caller hears music, and the call stays mine", () => {
    const view = viewOf(play(boardWith(mine()), start({ kind: "consult", callId: "call-1", to: BEN })))!;
    expect(view.mine).toMatchObject({ consult: { agent_id: BEN, accepted: false }, pending: "consult" });
    expect(view.mine?.held_at).not.toBeNull();
    expect(view.team.find(({ agent: { id } }) => id === BEN)?.presence).toBe("ringing");
  });

  it("rings at me when I am the one, and is mine once I take it", () => {
    const theirs = mine({ agent_id: BEN, offered_to: [ANA], consult: asked({ agent_id: ANA }) });
    const ringing = viewOf(boardWith(theirs))!;
    expect(ringing.ringing).toMatchObject([{ id: "call-1" }]);
    expect(ringing.mine).toBeNull();
    const taken = viewOf(play(boardWith(theirs), start(claim)))!;
    expect(taken.ringing).toEqual([]);
    expect(taken.mine).toMatchObject({ agent_id: BEN, consult: { accepted: true }, pending: "claim" });
    expect(taken.me?.presence).toBe("on_call");
  });

  it("has the call as soon as it is completed", () => {
    const view = viewOf(play(boardWith(mine({ held_at: AT, consult: asked({ accepted: true, present: true }) })), start({ kind: "complete", callId: "call-1" })))!;
    expect(view.mine).toBeNull();
    expect(view.team.find(({ agent: { id } }) => id === BEN)?.presence).toBe("on_call");
  });

  it("is let go at once, and the caller is back", () => {
    const view = viewOf(play(boardWith(mine({ held_at: AT, consult: asked() })), start({ kind: "cancel-consult", callId: "call-1" })))!;
    expect(view.mine).toMatchObject({ consult: null, held_at: null });
  });

  it("who failed is free, and the call says why", () => {
    const view = viewOf(boardWith(mine({ held_at: AT, consult: asked({ failed: "declined" }) })))!;
    expect(view.mine).toMatchObject({ consult: { failed: "declined" } });
    expect(view.team.find(({ agent: { id } }) => id === BEN)?.presence).toBe("available");
  });

  it("is busy since they were asked, not since the call began", () => {
    const since = "2026-11-23T10:04:00Z";
    const view = viewOf(boardWith(mine({ held_at: since, offered_to: [BEN], consult: asked({ since }) })))!;
    expect(view.team.find(({ agent: { id } }) => id === BEN)?.since).toBe(since);
    expect(view.team.find(({ agent: { id } }) => id === ANA)?.since).toBe(AT);
  });
});
