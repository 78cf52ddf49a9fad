import { describe, expect, it } from "vitest";
import { applyEvent, compareInstants, fromSnapshot, hasGap } from "../src/truth";
import { ANA, BEN, agent, call, ended, event, mine, parked, snapshot } from "./people";

const base = fromSnapshot(snapshot({ calls: [call()] }));

describe("the server's truth", () => {
  it("replaces a card by its newer revision", () => {
    const after = applyEvent(base, event(11, { call: mine({ rev: 2 }) }));
    expect(after.calls["call-1"]).toMatchObject({ state: "connected", agent_id: ANA });
    expect(after.number).toBe(11);
  });

  it("ignores an event that it has already applied", () => {
    const after = applyEvent(base, event(11, { call: mine({ rev: 2 }) }));
    expect(applyEvent(after, event(11, { call: call() }))).toBe(after);
    expect(applyEvent(after, event(3, { call: parked({ rev: 9 }) }))).toBe(after);
  });

  it("counts a late revision's number but keeps the newer card", () => {
    const newer = fromSnapshot(snapshot({ calls: [mine({ rev: 5 })] }));
    const after = applyEvent(newer, event(11, { call: call({ rev: 4 }) }));
    expect(after.calls["call-1"]?.rev).toBe(5);
    expect(after.number).toBe(11);
  });

  it("keeps an early event aside, says that there is a gap, and applies both in order", () => {
    const early = applyEvent(base, event(12, { call: parked({ rev: 3 }) }));
    expect(hasGap(early)).toBe(true);
    expect(early.number).toBe(10);
    expect(early.calls["call-1"]?.state).toBe("ringing");
    const filled = applyEvent(early, event(11, { call: mine({ rev: 2 }) }));
    expect(hasGap(filled)).toBe(false);
    expect(filled.number).toBe(12);
    expect(filled.calls["call-1"]?.state).toBe("parked");
  });

  it("closes a gap with a snapshot, and applies what came after it", () => {
    let truth = applyEvent(base, event(12, { call: mine({ rev: 3 }) }));
    truth = applyEvent(truth, event(14, { call: ended({ rev: 5 }) }));
    const after = fromSnapshot(snapshot({ number: 13, calls: [parked({ rev: 4 })] }), truth.early);
    expect(after.number).toBe(14);
    expect(after.calls).toEqual({});
    expect(after.recent.map(({ id }) => id)).toEqual(["call-1"]);
  });

  it("comes to the same in every order of arrival, with repeats", () => {
    const events = [
      event(11, { call: mine({ rev: 2 }) }),
      event(12, { agent: agent({ rev: 2, status: "away" }) }),
      event(13, { call: parked({ rev: 3, slot: 2 }) }),
      event(14, { call: ended({ rev: 4 }) }),
    ];
    const inOrder = events.reduce(applyEvent, base);
    for (const order of permutations(events)) {
      expect([...order, ...order].reduce(applyEvent, base)).toEqual(inOrder);
    }
  });

  it("moves an ended call to the recent ones, newest first, and never brings it back", () => {
    const recent = [ended({ id: "a", ended_at: "2026-11-23T10:04:00Z" }), ended({ id: "b", ended_at: "2026-11-23T10:06:00Z" })];
    const truth = fromSnapshot(snapshot({ calls: [mine({ rev: 2 })], recent }));
    const after = applyEvent(truth, event(11, { call: ended({ rev: 3 }) }));
    expect(after.calls).toEqual({});
    expect(after.recent.map(({ id }) => id)).toEqual(["b", "call-1", "a"]);
    const late = applyEvent(after, event(12, { call: parked({ rev: 2 }) }));
    expect(late.calls).toEqual({});
  });

  it("keeps twenty recent calls", () => {
    const recent = Array.from({ length: 20 }, (_, index) =>
      ended({ id: `old-${index}`, ended_at: `2026-11-23T09:${String(index).padStart(2, "0")}:00Z` }),
    );
    const after = applyEvent(fromSnapshot(snapshot({ recent })), event(11, { call: ended() }));
    expect(after.recent).toHaveLength(20);
    expect(after.recent[0]?.id).toBe("call-1");
    expect(after.recent.some(({ id }) => id === "old-0")).toBe(false);
  });

  it("keeps the newer agent", () => {
    const truth = fromSnapshot(snapshot({ agents: [agent({ id: BEN, rev: 4, status: "away" })] }));
    const after = applyEvent(truth, event(11, { agent: agent({ id: BEN, rev: 3 }) }));
    expect(after.agents[BEN]?.status).toBe("away");
  });
});

describe("instants", () => {
  it("are compared to the microsecond, however their fraction is written", () => {
    expect(compareInstants("2026-01-01T00:00:05Z", "2026-01-01T00:00:05.1Z")).toBeLessThan(0);
    expect(compareInstants("2026-01-01T00:00:05.123456Z", "2026-01-01T00:00:05.123457Z")).toBeLessThan(0);
    expect(compareInstants("2026-01-01T00:00:05.100000+00:00", "2026-01-01T00:00:05.1Z")).toBe(0);
  });
});

function permutations<T>(rows: readonly T[]): T[][] {
  if (rows.length < 2) return [[...rows]];
  return rows.flatMap((row, index) => permutations([...rows.slice(0, index), ...rows.slice(index + 1)]).map((rest) => [row, ...rest]));
}
