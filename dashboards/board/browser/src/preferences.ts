/** What this browser remembers for its user; a browser that forbids storage simply forgets. */

export type Theme = "auto" | "light" | "dark";

export interface Preferences {
  readonly theme: Theme | null;
  readonly singleKeys: boolean;
}

const KEY = "patchbay.preferences";

export function loadPreferences(): Preferences {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    return { theme: saved.theme ?? null, singleKeys: saved.singleKeys ?? true };
  } catch {
    return { theme: null, singleKeys: true };
  }
}

export function savePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // private windows may refuse; the choice then lasts as long as the page
  }
}
