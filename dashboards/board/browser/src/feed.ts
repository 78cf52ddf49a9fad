/**
 * The feed: one websocket that gives a snapshot, then numbered events. It comes back by itself after a
 * loss, asks for what it missed, and answers pings at once, which is how the server proves presence.
 */
import type { BoardEvent, FromServer, GoodbyeCode, Snapshot, ToServer } from "./wire";

export interface FeedListener {
  snapshot(snapshot: Snapshot): void;
  event(event: BoardEvent): void;
  /** The line is open and has said something; it is lost; */
  opened(): void;
  lost(): void;
  stale(detail: string): void;
  live(): void;
  goodbye(code: GoodbyeCode, detail: string): void;
  /** A connection was refused before it opened: the session may be over. */
  refused(): void;
  /** The last number that was applied, for a resume; null before the first snapshot. */
  lastNumber(): number | null;
}

export interface FeedSocket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

const FIRST_RETRY = 250;
/** Gentle: a web server that was restarted is back within two seconds, and the boards soon after. */
const RETRY_GROWTH = 1.5;
const LONGEST_RETRY = 10_000;
/** The server pings every 10 s; after this much silence the line is dead, whatever the socket says. */
const LONGEST_SILENCE = 25_000;
/** How long a resume may stay unanswered before it is asked again. */
const RESUME_PATIENCE = 2_000;

export class Feed {
  private socket: FeedSocket | null = null;
  private opened = false;
  private ended = false;
  private attempts = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private resumeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly url: string,
    private readonly listener: FeedListener,
    private readonly open: (url: string) => FeedSocket = (address) => new WebSocket(address),
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    this.ended = false;
    this.connect();
  }

  stop(): void {
    this.ended = true;
    this.forgetSocket();
    clearTimeout(this.retryTimer);
  }

  /** Try again now: the machine is back on the network, or the page is looked at again. */
  wake(): void {
    if (this.ended || this.socket) return;
    clearTimeout(this.retryTimer);
    this.connect();
  }

  /** Ask for what came after the last number; asked once until something arrives. */
  resume(): void {
    const since = this.listener.lastNumber();
    if (!this.opened || since === null || this.resumeTimer !== undefined) return;
    this.say({ type: "resume", since });
    this.resumeTimer = setTimeout(() => (this.resumeTimer = undefined), RESUME_PATIENCE);
  }

  private connect(): void {
    const socket = this.open(this.url);
    this.socket = socket;
    this.expectWord();
    socket.onopen = () => {
      this.opened = true;
      this.say({ type: "hello", since: this.listener.lastNumber() });
    };
    socket.onmessage = (message) => this.hear(JSON.parse(String(message.data)) as FromServer);
    socket.onclose = () => this.lose();
  }

  private hear(message: FromServer): void {
    this.expectWord();
    switch (message.type) {
      case "ping":
        return this.say({ type: "pong" });
      case "snapshot":
        this.settle();
        return this.listener.snapshot(message);
      case "event":
        this.settle();
        return this.listener.event(message);
      case "live":
        this.settle();
        return this.listener.live();
      case "stale":
        return this.listener.stale(message.detail);
      case "goodbye":
        if (message.code !== "shutting-down") this.stop();
        return this.listener.goodbye(message.code, message.detail);
    }
  }

  /** The server has answered: the line is good, and a resume may be asked again. */
  private settle(): void {
    clearTimeout(this.resumeTimer);
    this.resumeTimer = undefined;
    if (this.attempts === -1) return;
    this.attempts = -1;
    this.listener.opened();
  }

  private lose(): void {
    const wasOpen = this.opened;
    this.forgetSocket();
    if (this.ended) return;
    if (this.attempts === -1) this.attempts = 0;
    const grown = Math.min(LONGEST_RETRY, FIRST_RETRY * RETRY_GROWTH ** this.attempts);
    const pause = Math.round(grown * (0.5 + this.random()));
    this.attempts += 1;
    this.retryTimer = setTimeout(() => this.connect(), pause);
    this.listener.lost();
    if (!wasOpen) this.listener.refused();
  }

  private expectWord(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.lose(), LONGEST_SILENCE);
  }

  private forgetSocket(): void {
    clearTimeout(this.silenceTimer);
    clearTimeout(this.resumeTimer);
    this.resumeTimer = undefined;
    const { socket } = this;
    this.socket = null;
    this.opened = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private say(message: ToServer): void {
    if (this.opened) this.socket?.send(JSON.stringify(message));
  }
}

/** The feed's address beside the API: the same host, ws for http and wss for https. */
export function feedUrl(apiBase: string, page: string): string {
  const url = new URL(`${apiBase}/api/feed`, page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
