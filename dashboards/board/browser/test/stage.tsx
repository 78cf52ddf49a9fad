/** A whole board in jsdom: the real store and views, a fake backend, feed, device and microphone. */
import { act, render, type RenderResult } from "@testing-library/react";
import type { Microphone } from "../src/microphone";
import { BoardStore } from "../src/store";
import { Board } from "../src/view/board";
import { StoreContext } from "../src/view/context";
import type { BoardEvent, Call, Dialling, Me, MonitoredCalls, Note, Reading, Snapshot, WhoSetIt } from "../src/wire";
import { FakeDevice } from "./fake_device";
import { FakeFeedServer } from "./fake_feed";
import { DIALLING, ME, ended, event, snapshot } from "./people";

export interface Command {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  grant(rev: number): Promise<void>;
  refuse(code: string, detail: string, status?: number): Promise<void>;
  /** The line breaks before the answer. */
  breakOff(): Promise<void>;
}

export class Stage {
  readonly feed = new FakeFeedServer();
  readonly commands: Command[] = [];
  readonly went: string[] = [];
  microphone: Microphone = "ready";
  me: Me = ME;
  /** What a supervisor is told of who monitors. */
  monitored: MonitoredCalls = { is_shown: true, calls: [] };
  whySet: WhoSetIt = { set_by: null, status: null, reason: null };
  /** What each caller called about before, by the id of the call that asks. */
  readonly earlier = new Map<string, readonly Call[]>();
  notes: readonly Note[] = [];
  dialling: Dialling = DIALLING;
  /** How the server reads what is typed. */
  reading: (text: string) => Reading = (text) => ({ number: text, shown: text, country: "US", refusal: null });
  page!: RenderResult;
  store!: BoardStore;
  private number = 0;

  private static last: Stage | null = null;

  static async open(first: Partial<Snapshot> = {}, me: Me = ME, monitored?: MonitoredCalls): Promise<Stage> {
    await Stage.silence();
    const stage = new Stage();
    stage.me = me;
    if (monitored) stage.monitored = monitored;
    Stage.last = stage;
    await stage.play(first);
    return stage;
  }

  /** A store lives as long as its page; the one before this test shall at least not ring. */
  private static async silence(): Promise<void> {
    await act(async () => Stage.last?.feed.last.say(snapshot({ number: 10_000 })));
  }

  async say(change: Partial<BoardEvent>): Promise<void> {
    this.number += 1;
    await act(async () => this.feed.last.say(event(this.number, change)));
  }

  get lastCommand(): Command {
    return this.commands[this.commands.length - 1]!;
  }

  zone(name: string): HTMLElement {
    return this.page.container.querySelector<HTMLElement>(`[data-zone=${name}]`)!;
  }

  private async play(first: Partial<Snapshot>): Promise<void> {
    standIn();
    FakeDevice.forget();
    this.store = new BoardStore({
      apiBase: "",
      Device: FakeDevice,
      request: this.request,
      openSocket: this.feed.open,
      locks: undefined,
      microphone: () => Promise.resolve(this.microphone),
      goTo: (url) => this.went.push(url),
      reload: () => this.went.push("reload"),
    });
    this.page = render(
      <StoreContext value={this.store}>
        <Board theme="light" />
      </StoreContext>,
    );
    await act(async () => this.store.start());
    const opening = snapshot(first);
    this.number = opening.number;
    await act(async () => {
      this.feed.last.accept();
      this.feed.last.say(opening);
    });
  }

  private readonly request = ((path: string, { method, body }: RequestInit) => {
    if (path === "/api/me") return Promise.resolve(Response.json(this.me));
    if (path === "/api/monitoring") return Promise.resolve(Response.json(this.monitored));
    if (path === "/api/presence/set-by") return Promise.resolve(Response.json(this.whySet));
    if (path === "/api/voice-token") {
      return Promise.resolve(Response.json({ token: "t", expires_at: "2099-01-01T00:00:00Z", device: {} }));
    }
    const asked = path.split("/")[3]!;
    if (path.endsWith("/earlier")) return Promise.resolve(Response.json({ calls: this.earlier.get(asked) ?? [], notes: this.notes }));
    if (method === "GET" && path.startsWith("/api/calls/")) {
      return Promise.resolve(Response.json({ call: ended({ id: asked }), notes: this.notes.filter(({ call_id }) => call_id === asked) }));
    }
    if (path === "/api/dialling" && method === "GET") return Promise.resolve(Response.json(this.dialling));
    if (path.startsWith("/api/dialling/reading?text=")) return Promise.resolve(Response.json(this.reading(decodeURIComponent(path.split("=")[1]!))));
    return new Promise<Response>((answer, fail) => {
      this.commands.push({
        method: method!,
        path,
        body: body ? JSON.parse(String(body)) : undefined,
        grant: (rev) => act(async () => answer(Response.json({ call_id: "call-1", rev }))),
        breakOff: () => act(async () => fail(new TypeError("network"))),
        refuse: (code, detail, status = 409) => act(async () => answer(Response.json({ code, detail, status }, { status }))),
      });
    });
  }) as typeof fetch;
}

/** What jsdom lacks. */
function standIn(): void {
  globalThis.matchMedia = (() => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined })) as unknown as typeof matchMedia;
  globalThis.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  globalThis.CSS ??= { escape: (text: string) => text } as typeof CSS;
  HTMLCanvasElement.prototype.getContext = () => null;
  HTMLMediaElement.prototype.play = () => Promise.resolve();
  HTMLMediaElement.prototype.pause = () => undefined;
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  };
}
