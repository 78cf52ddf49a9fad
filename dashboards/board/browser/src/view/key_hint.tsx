import { useScreen } from "./context";

/** The key that does the same as the button it stands in. */
export function KeyHint({ keys }: { keys: string }) {
  const { preferences } = useScreen();
  return preferences.singleKeys ? (
    <kbd className="key-hint" aria-hidden="true">
      {keys}
    </kbd>
  ) : null;
}
