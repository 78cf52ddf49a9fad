/** What this browser remembers for its user; a browser that forbids storage simply forgets. */

export type Theme = "auto" | "light" | "dark";
export type Density = "comfortable" | "compact";

export interface Preferences {
  readonly theme: Theme | null;
  readonly singleKeys: boolean;
  readonly density: Density;
  /** Our number that is shown to whoever is called. */
  readonly callerId: string | null;
}

const FIRST: Preferences = { theme: null, singleKeys: true, density: "comfortable", callerId: null };

const KEY = "patchbay.preferences";

export function loadPreferences(): Preferences {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    return { ...FIRST, ...saved };
  } catch {
    return FIRST;
  }
}

export function savePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // private windows may refuse; the choice then lasts as long as the page
  }
}
