/** Before the first snapshot: what is awaited, and what is wrong if it does not come. */
import { useScreen } from "./context";
import { Mark } from "./icons";

export function Starting() {
  const { unreachable } = useScreen();
  return (
    <main className="starting" aria-label="Patchbay">
      <Mark />
      <h1>Patchbay</h1>
      <p role="status">{unreachable ? `${unreachable} Trying again by itself.` : "Opening the board…"}</p>
    </main>
  );
}
