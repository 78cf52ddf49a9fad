/**
 * What I note about a call while I have it and while I wrap it up. Nothing typed is lost: it is kept in this
 * tab until the server has it, also over a reload, a refusal and the end of the wrap-up.
 */
import { detailOf } from "./commands";
import type { Call, CallFile, Note } from "./wire";

export interface MyNote {
  readonly text: string;
  readonly state: "loading" | "idle" | "saving" | "saved" | "unsaved";
  /** Why it is not saved. */
  readonly problem: string | null;
  /** What others who handled the call noted. */
  readonly others: readonly Note[];
  /** The call as it was when it was asked for: the board itself shows only the latest ones. */
  readonly call: Call | null;
}

export const NO_NOTE: MyNote = { text: "", state: "loading", problem: null, others: [], call: null };
export const LONGEST_NOTE = 4000;

const PAUSE = 2_000;
const TRY_AGAIN = 4_000;

interface Sheet {
  readonly callId: string;
  text: string;
  /** What the server has; null until it was asked. */
  saved: string | null;
  /** What the server had when the text was begun. */
  base: string | null;
  isTyped: boolean;
  isSaving: boolean;
  wasSaved: boolean;
  problem: string | null;
  others: readonly Note[];
  call: Call | null;
  timer?: ReturnType<typeof setTimeout>;
  /** The save under way. */
  running?: Promise<void>;
}

export interface Server {
  readonly ask: (callId: string) => Promise<CallFile>;
  /** Fails with a problem whose message says why. */
  readonly save: (callId: string, text: string) => Promise<unknown>;
}

export class Notes {
  private readonly sheets = new Map<string, Sheet>();
  private followed: string | null = null;
  private me = "";
  private drafts: Drafts = new Drafts("");

  constructor(
    private readonly server: Server,
    private readonly changed: (notes: Readonly<Record<string, MyNote>>) => void,
  ) {}

  /** Who I am, and where; what was typed before a reload and not saved is saved now. */
  signedIn(tenantId: string, personId: string): void {
    this.me = personId;
    this.drafts = new Drafts(`patchbay-note:${tenantId}:${personId}:`);
    for (const callId of this.drafts.calls()) this.sheet(callId);
  }

  /** The call that I have or wrap up, or null. */
  follow(callId: string | null): void {
    if (callId === this.followed) return;
    const before = this.followed;
    this.followed = callId;
    if (callId !== null) this.sheet(callId);
    if (before !== null) this.settle(before);
    this.tell();
  }

  type(callId: string, text: string): void {
    const sheet = this.sheet(callId);
    Object.assign(sheet, { text, isTyped: true, wasSaved: false });
    this.drafts.keep(callId, { text, base: sheet.base });
    this.saveIn(sheet, PAUSE);
    this.tell();
  }

  /** The field was left, or the page is being left: save now. */
  settle(callId: string): void {
    const sheet = this.sheets.get(callId);
    if (sheet) void this.save(sheet);
  }

  /** Whether the server has everything now. */
  async settleAll(): Promise<boolean> {
    const sheets = [...this.sheets.values()];
    await Promise.all(sheets.map(async (sheet) => {
      await sheet.running;
      await this.save(sheet);
    }));
    return sheets.every(({ text, saved, isTyped }) => !isTyped || text === saved);
  }

  /** Somebody noted something about that call. */
  noted(callId: string): void {
    const sheet = this.sheets.get(callId);
    if (sheet && !sheet.isSaving) void this.load(sheet);
  }

  forgetDrafts(): void {
    this.drafts.forgetAll();
  }

  private sheet(callId: string): Sheet {
    const known = this.sheets.get(callId);
    if (known) return known;
    const draft = this.drafts.find(callId);
    const sheet: Sheet = {
      callId,
      text: draft?.text ?? "",
      saved: null,
      base: draft?.base ?? null,
      isTyped: draft !== null,
      isSaving: false,
      wasSaved: false,
      problem: null,
      others: [],
      call: null,
    };
    this.sheets.set(callId, sheet);
    void this.load(sheet);
    return sheet;
  }

  private async load(sheet: Sheet): Promise<void> {
    try {
      const { call, notes } = await this.server.ask(sheet.callId);
      sheet.call = call;
      sheet.others = notes.filter(({ agent_id }) => agent_id !== this.me);
      const mine = notes.find(({ agent_id }) => agent_id === this.me)?.text ?? "";
      if (sheet.saved === null) this.begin(sheet, mine);
      else if (sheet.text === sheet.saved) Object.assign(sheet, { text: mine, saved: mine, base: mine }); // written in another tab
    } catch (problem) {
      if (isRefusal(problem)) return; // no such call here: asking again would not help
      setTimeout(() => this.sheets.get(sheet.callId) === sheet && sheet.saved === null && void this.load(sheet), TRY_AGAIN);
    }
    this.tell();
  }

  /** The server's text has come; what was typed meanwhile or before a reload goes before it. */
  private begin(sheet: Sheet, text: string): void {
    sheet.saved = text;
    if (!sheet.isTyped) sheet.text = text;
    else if (sheet.base !== text && !sheet.text.includes(text)) sheet.text = sheet.text ? `${text}\n${sheet.text}` : text;
    sheet.base = text;
    void this.save(sheet);
  }

  private saveIn(sheet: Sheet, pause: number): void {
    clearTimeout(sheet.timer);
    sheet.timer = setTimeout(() => void this.save(sheet), pause);
  }

  private save(sheet: Sheet): Promise<void> {
    if (sheet.isSaving) return sheet.running ?? Promise.resolve();
    sheet.running = this.saveOnce(sheet);
    return sheet.running;
  }

  private async saveOnce(sheet: Sheet): Promise<void> {
    const { callId, text } = sheet;
    if (sheet.saved === null || sheet.isSaving) return;
    clearTimeout(sheet.timer);
    if (text === sheet.saved) return this.putAway(sheet);
    sheet.isSaving = true;
    this.tell();
    try {
      await this.server.save(callId, text);
      Object.assign(sheet, { saved: text, base: text, problem: null, wasSaved: sheet.text === text });
    } catch (problem) {
      sheet.problem = detailOf(problem);
      if (!isRefusal(problem)) this.saveIn(sheet, TRY_AGAIN);
    }
    sheet.isSaving = false;
    if (sheet.problem !== null) return this.tell();
    if (sheet.text !== text) this.saveIn(sheet, PAUSE);
    else this.putAway(sheet);
    this.tell();
  }

  /** The server has it all: no copy of it stays behind in this browser. */
  private putAway(sheet: Sheet): void {
    this.drafts.forget(sheet.callId);
    if (sheet.callId !== this.followed) this.sheets.delete(sheet.callId);
  }

  private tell(): void {
    this.changed(Object.fromEntries([...this.sheets].map(([callId, sheet]) => [callId, shown(sheet)])));
  }
}

/** The server was there and does not want it as it is: only typing can change that. */
function isRefusal(problem: unknown): boolean {
  const { status } = problem as { readonly status?: number };
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
}

function shown({ text, saved, isSaving, wasSaved, problem, others, call }: Sheet): MyNote {
  const state = problem !== null ? "unsaved" : saved === null ? "loading" : isSaving ? "saving" : wasSaved && text === saved ? "saved" : "idle";
  return { text, state, problem, others, call };
}

interface Draft {
  readonly text: string;
  readonly base: string | null;
}

/** Kept by the tab and no longer: what is noted about people is not to be found by the next person at this machine. */
class Drafts {
  constructor(private readonly prefix: string) {}

  calls(): string[] {
    try {
      return Object.keys(sessionStorage).filter((key) => key.startsWith(this.prefix)).map((key) => key.slice(this.prefix.length));
    } catch {
      return [];
    }
  }

  find(callId: string): Draft | null {
    try {
      return JSON.parse(sessionStorage.getItem(this.prefix + callId) ?? "null") as Draft | null;
    } catch {
      return null;
    }
  }

  keep(callId: string, draft: Draft): void {
    try {
      sessionStorage.setItem(this.prefix + callId, JSON.stringify(draft));
    } catch {
      // Storage is full or switched off: the text is still in the page.
    }
  }

  forget(callId: string): void {
    try {
      sessionStorage.removeItem(this.prefix + callId);
    } catch {
      // It was never kept either.
    }
  }

  forgetAll(): void {
    for (const callId of this.calls()) this.forget(callId);
  }
}
