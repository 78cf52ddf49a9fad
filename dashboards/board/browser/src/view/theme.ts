import { useSyncExternalStore } from "react";
import type { Theme } from "../preferences";

const DARK = "(prefers-color-scheme: dark)";

/** What was asked for, and what it comes to: the board says it inside itself, where a shadow root can see it. */
export function useTheme(theme: Theme): { theme: Theme; shown: "light" | "dark" } {
  const systemIsDark = useSyncExternalStore(onSystemChange, () => matchMedia(DARK).matches);
  const shown = theme === "auto" ? (systemIsDark ? "dark" : "light") : theme;
  return { theme, shown };
}

function onSystemChange(listener: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}
