import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Feed, feedUrl, type FeedListener } from "../src/feed";
import { FakeFeedServer } from "./fake_feed";
import { event, snapshot } from "./people";

let server: FakeFeedServer;
let told: string[];
let last: number | null;
let feed: Feed;

const listener: FeedListener = {
  snapshot: ({ number }) => {
    last = number;
    told.push(`snapshot ${number}`);
  },
  event: ({ number }) => {
    last = number;
    told.push(`event ${number}`);
  },
  opened: () => told.push("opened"),
  lost: () => told.push("lost"),
  stale: (detail) => told.push(`stale: ${detail}`),
  live: () => told.push("live"),
  goodbye: (code) => told.push(`goodbye ${code}`),
  refused: () => told.push("refused"),
  lastNumber: () => last,
};

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeFeedServer();
  told = [];
  last = null;
  feed = new Feed("ws://here/api/feed", listener, server.open, () => 0.5);
  feed.start();
});

afterEach(() => {
  feed.stop();
  vi.useRealTimers();
});

function connected(): void {
  server.last.accept();
  server.last.say(snapshot({ number: 10 }));
}

describe("the feed", () => {
  it("says hello, then hears the snapshot and the events", () => {
    connected();
    server.last.say(event(11));
    expect(server.last.heard).toEqual([{ type: "hello", since: null }]);
    expect(told).toEqual(["opened", "snapshot 10", "event 11"]);
  });

  it("answers a ping at once", () => {
    connected();
    server.last.say({ type: "ping" });
    expect(server.last.heard.at(-1)).toEqual({ type: "pong" });
  });

  it("comes back after a loss and asks for what it missed", () => {
    connected();
    server.last.drop();
    expect(told).toContain("lost");
    vi.advanceTimersByTime(250);
    server.last.accept();
    expect(server.sockets).toHaveLength(2);
    expect(server.last.heard).toEqual([{ type: "hello", since: 10 }]);
  });

  it("waits longer after each failure, up to ten seconds, and is quick again after a success", () => {
    connected();
    const pauses = [250, 375, 563, 844, 1266, 1898, 2848, 4271, 6407, 9611, 10000, 10000];
    for (const pause of pauses) {
      const before = server.sockets.length;
      server.last.drop();
      vi.advanceTimersByTime(pause - 1);
      expect(server.sockets).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(server.sockets).toHaveLength(before + 1);
    }
    server.last.accept();
    server.last.say({ type: "live" });
    server.last.drop();
    vi.advanceTimersByTime(250);
    expect(server.sockets).toHaveLength(pauses.length + 2);
  });

  it("says that it was refused when the line closes before it opened", () => {
    server.last.drop();
    expect(told).toEqual(["lost", "refused"]);
  });

  it("takes a silent line for a dead one", () => {
    connected();
    vi.advanceTimersByTime(24_000);
    server.last.say({ type: "ping" });
    vi.advanceTimersByTime(24_000);
    expect(told).not.toContain("lost");
    vi.advanceTimersByTime(1_000);
    expect(told).toContain("lost");
    expect(server.sockets[0]!.isClosed).toBe(true);
  });

  it("does not wait when it is woken", () => {
    connected();
    server.last.drop();
    feed.wake();
    expect(server.sockets).toHaveLength(2);
    vi.advanceTimersByTime(60_000);
    expect(server.sockets.length).toBeGreaterThan(1);
  });

  it("asks once to resume until it is answered, and again if it is not", () => {
    connected();
    feed.resume();
    feed.resume();
    expect(server.last.heard.filter(({ type }) => type === "resume")).toEqual([{ type: "resume", since: 10 }]);
    vi.advanceTimersByTime(2_000);
    feed.resume();
    expect(server.last.heard.filter(({ type }) => type === "resume")).toHaveLength(2);
  });

  it("passes on that the server is out of date and that it is live again", () => {
    connected();
    server.last.say({ type: "stale", detail: "no database" });
    server.last.say({ type: "live" });
    expect(told.slice(-2)).toEqual(["stale: no database", "live"]);
  });

  it.each(["signed-out", "session-ended", "tenant-switched"] as const)("does not come back after goodbye %s", (code) => {
    connected();
    server.last.say({ type: "goodbye", code, detail: "" });
    server.last.drop();
    vi.advanceTimersByTime(60_000);
    expect(server.sockets).toHaveLength(1);
    expect(told.at(-1)).toBe(`goodbye ${code}`);
  });

  it("comes back after the server shuts down", () => {
    connected();
    server.last.say({ type: "goodbye", code: "shutting-down", detail: "" });
    server.last.drop();
    vi.advanceTimersByTime(1_000);
    expect(server.sockets).toHaveLength(2);
  });
});

describe("the feed's address", () => {
  it("is beside the API, with the page's own security", () => {
    expect(feedUrl("", "http://localhost:8080/panel/board")).toBe("ws://localhost:8080/api/feed");
    expect(feedUrl("", "https://calls.example/board")).toBe("wss://calls.example/api/feed");
  });
});
