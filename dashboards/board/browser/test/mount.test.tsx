/** The board's life is the page's: a mount that goes away takes nothing with it. */
import { act } from "@testing-library/react";
import { expect, it } from "vitest";
import { ME } from "./people";

const KEY = Symbol.for("patchbay.board");

it("keeps the feed when the view is unmounted, drawn again, or brought by a second bundle", async () => {
  const opened: string[] = [];
  const closed: string[] = [];
  globalThis.matchMedia = (() => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined })) as unknown as typeof matchMedia;
  globalThis.fetch = () => Promise.resolve(Response.json(ME));
  globalThis.WebSocket = class {
    constructor(readonly url: string) {
      opened.push(url);
    }
    close(): void {
      closed.push(this.url);
    }
  } as unknown as typeof WebSocket;
  const { mountBoard } = await import("../src/mount");
  const [first, second] = [document.createElement("div"), document.createElement("div")];
  document.body.append(first, second);

  let board!: ReturnType<typeof mountBoard>;
  await act(async () => (board = mountBoard(first, { apiBase: "", theme: "auto" })));
  expect(opened).toEqual(["ws://localhost:3000/api/feed"]);
  expect(first.querySelector("[data-theme=dark]")).not.toBeNull();
  await act(async () => board.update({ apiBase: "", theme: "light" }));
  expect(first.querySelector("[data-theme=light]")).not.toBeNull();

  await act(async () => board.destroy());
  expect(first.childElementCount).toBe(0);
  await act(async () => mountBoard(second, { apiBase: "", theme: "auto" }));
  expect(second.childElementCount).toBe(1);

  expect((globalThis as Record<symbol, unknown>)[KEY]).toBe(mountBoard);
  expect(opened).toHaveLength(1);
  expect(closed).toEqual([]);
});

it("shows what it believes to whoever asks, and lets nobody change it", () => {
  const { __patchbay } = globalThis as unknown as { __patchbay: { state(): unknown; voice(): unknown } };
  expect(__patchbay.state()).toBeNull();
  expect(__patchbay.voice()).toBeNull();
  expect(Object.isFrozen(__patchbay)).toBe(true);
});
