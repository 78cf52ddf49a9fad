/** The fold, held against the same vectors as the backend's. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { applyEvent, fromSnapshot } from "../src/truth";
import type { Agent, BoardEvent, Call, Snapshot } from "../src/wire";

const VECTORS = resolve(dirname(fileURLToPath(import.meta.url)), "../../../../tests/vectors/board_fold.json");

interface Case {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly events: readonly BoardEvent[];
  readonly expected: { readonly number: number; readonly calls: Call[]; readonly agents: Agent[]; readonly recent: Call[] };
}

const isThere = existsSync(VECTORS);
const cases = isThere ? (JSON.parse(readFileSync(VECTORS, "utf8")) as { cases: Case[] }).cases : [];

describe("the shared vectors", () => {
  it.skipIf(isThere)("are skipped: tests/vectors/board_fold.json is not there", () => undefined);

  it.each(cases)("$name", ({ snapshot, events, expected }) => {
    const { number, calls, agents, recent } = events.reduce(applyEvent, fromSnapshot(snapshot));
    expect({ number, calls: byId(Object.values(calls)), agents: byId(Object.values(agents)), recent }).toEqual({
      number: expected.number,
      calls: byId(expected.calls),
      agents: byId(expected.agents),
      recent: expected.recent,
    });
  });
});

function byId<T extends { readonly id: string }>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
}
