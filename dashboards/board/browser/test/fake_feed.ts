/** A server's end of the feed: what the page said, and a way to speak to it. */
import type { FeedSocket } from "../src/feed";
import type { FromServer, ToServer } from "../src/wire";

export class FakeSocket implements FeedSocket {
  onopen: FeedSocket["onopen"] = null;
  onmessage: FeedSocket["onmessage"] = null;
  onclose: FeedSocket["onclose"] = null;
  readonly heard: ToServer[] = [];
  isClosed = false;

  send(text: string): void {
    this.heard.push(JSON.parse(text) as ToServer);
  }

  close(): void {
    this.isClosed = true;
  }

  accept(): void {
    this.onopen?.(new Event("open"));
  }

  say(message: FromServer): void {
    this.onmessage?.(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  drop(): void {
    this.onclose?.(new Event("close") as CloseEvent);
  }
}

export class FakeFeedServer {
  readonly sockets: FakeSocket[] = [];

  readonly open = (): FakeSocket => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  };

  get last(): FakeSocket {
    return this.sockets[this.sockets.length - 1]!;
  }
}
