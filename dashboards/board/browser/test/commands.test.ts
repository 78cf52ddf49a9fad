import { describe, expect, it } from "vitest";
import { Commands, Refused } from "../src/commands";
import type { Move } from "../src/moves";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

function backend(answer: () => Response | Promise<Response>): { asked: Asked[]; request: typeof fetch } {
  const asked: Asked[] = [];
  const request = ((url: string, init: RequestInit) => {
    asked.push({ method: init.method!, url, body: init.body ? JSON.parse(String(init.body)) : undefined });
    return Promise.resolve(answer());
  }) as typeof fetch;
  return { asked, request };
}

const granted = () => Response.json({ call_id: "c", rev: 7 });

describe("a command", () => {
  it.each<[Move, Asked]>([
    [{ kind: "claim", callId: "c" }, { method: "POST", url: "/api/calls/c/claim", body: undefined }],
    [{ kind: "decline", callId: "c" }, { method: "POST", url: "/api/calls/c/refusal", body: undefined }],
    [{ kind: "park", callId: "c", slot: null }, { method: "POST", url: "/api/calls/c/parking", body: { slot: null } }],
    [{ kind: "park", callId: "c", slot: 3 }, { method: "POST", url: "/api/calls/c/parking", body: { slot: 3 } }],
    [{ kind: "pick-up", callId: "c" }, { method: "DELETE", url: "/api/calls/c/parking", body: undefined }],
    [{ kind: "hang-up", callId: "c" }, { method: "POST", url: "/api/calls/c/hangup", body: undefined }],
    [{ kind: "presence", status: "away", reason: null }, { method: "PUT", url: "/api/presence", body: { status: "away" } }],
    [{ kind: "transfer", callId: "c", to: "ben" }, { method: "POST", url: "/api/calls/c/transfer", body: { to: "ben" } }],
    [{ kind: "transfer", callId: "c", number: "030 1" }, { method: "POST", url: "/api/calls/c/transfer", body: { number: "030 1" } }],
    [{ kind: "consult", callId: "c", number: "030 1" }, { method: "POST", url: "/api/calls/c/consult", body: { number: "030 1" } }],
    [{ kind: "finish-wrap-up" }, { method: "DELETE", url: "/api/wrap-up", body: undefined }],
  ])("spells %o as the backend reads it", async (move, expected) => {
    const { asked, request } = backend(granted);
    expect(await new Commands("", request).carryOut(move)).toBe(7);
    expect(asked).toEqual([expected]);
  });

  it("is refused in the server's own words", async () => {
    const { request } = backend(() => Response.json({ code: "call-taken", detail: "Ben has this call.", status: 409 }, { status: 409 }));
    const refusal = await new Commands("", request).carryOut({ kind: "claim", callId: "c" }).catch((problem: unknown) => problem);
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({ code: "call-taken", detail: "Ben has this call.", status: 409 });
  });

  it("is refused readably by a server that does not explain itself", async () => {
    const { request } = backend(() => new Response("<html>", { status: 502 }));
    await expect(new Commands("", request).me()).rejects.toMatchObject({ code: "http-502", status: 502 });
  });

  it("says that the server cannot be reached", async () => {
    const { request } = backend(() => Promise.reject(new TypeError("failed to fetch")));
    await expect(new Commands("", request).me()).rejects.toMatchObject({ code: "unreachable" });
  });

  it("does not wait for ever", async () => {
    const request = ((_: string, init: RequestInit) =>
      new Promise((_resolve, reject) => init.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError"))))) as typeof fetch;
    await expect(new Commands("", request, 5).me()).rejects.toMatchObject({ code: "unanswered" });
  });
});
