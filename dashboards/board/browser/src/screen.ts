/** What React draws: the board as it is known, this page's own state beside it, and how both begin. */
import { initialState, type BoardState } from "./board_state";
import type { BoardView } from "./board_view";
import { NO_DIAL, type DialState } from "./dialler";
import { CLOSED, type KeypadState } from "./keypad";
import type { MyNote } from "./notes";
import { permission, type NotifyPermission } from "./notifications";
import { loadPreferences, type Preferences } from "./preferences";
import type { Earlier } from "./screen_pop";
import type { PhoneState } from "./softphone";

export type ColleagueMenu = "transfer" | "consult" | "add";
export type Paperwork = "note" | "disposition";

export interface Screen {
  readonly board: BoardState;
  readonly view: BoardView | null;
  readonly phone: PhoneState;
  readonly preferences: Preferences;
  /** The first answer of the server is missing, and why. */
  readonly unreachable: string | null;
  /** The browser keeps the ringtone silent until the page is clicked. */
  readonly ringIsMute: boolean;
  readonly askingMicrophone: boolean;
  readonly dial: DialState;
  readonly keypad: KeypadState;
  /** Outside numbers begun in the menus of colleagues, by menu and call: nothing typed is lost on a refusal. */
  readonly drafts: Readonly<Record<string, string>>;
  /** Whether the browser tells of calls while the page is not looked at. */
  readonly notifying: NotifyPermission;
  /** Earlier calls of whoever I talk with; null until they are known. */
  readonly earlier: Earlier | null;
  /** What I note, by call. */
  readonly notes: Readonly<Record<string, MyNote>>;
  /** The call whose note has the keyboard. */
  readonly noteHeld: string | null;
  /** How often a key has asked for a part of the paperwork. */
  readonly paperworkAsked: Readonly<Record<Paperwork, number>>;
  /** How often a key has asked for each menu of colleagues. */
  readonly menusAsked: Readonly<Record<ColleagueMenu, number>>;
  /** Why a supervisor set my status; null if I chose it myself. */
  readonly whySet: string | null;
  /** What a screen reader is to be told now. */
  readonly announcement: string;
}

export function initialScreen(): Screen {
  return {
    board: initialState,
    view: null,
    phone: { isPhone: null, microphone: "unknown", voice: null, muted: false, trouble: null },
    preferences: loadPreferences(),
    unreachable: null,
    ringIsMute: false,
    askingMicrophone: false,
    dial: NO_DIAL,
    keypad: CLOSED,
    drafts: {},
    notifying: permission(),
    earlier: null,
    notes: {},
    noteHeld: null,
    paperworkAsked: { note: 0, disposition: 0 },
    menusAsked: { transfer: 0, consult: 0, add: 0 },
    whySet: null,
    announcement: "",
  };
}
