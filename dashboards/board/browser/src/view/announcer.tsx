import { useScreen } from "./context";

/** Read aloud by a screen reader, seen by nobody. */
export function Announcer() {
  const { announcement } = useScreen();
  return (
    <div className="hidden" role="log" aria-live="polite" aria-label="What happens on the board">
      {announcement}
    </div>
  );
}
