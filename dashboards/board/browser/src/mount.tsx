/**
 * `mountBoard` draws the board into an element. The store behind it belongs to the page, not to the
 * mount: destroying a board unmounts React and touches neither the feed nor the Device nor a call.
 */
import { Device } from "@twilio/voice-sdk";
import { createRoot } from "react-dom/client";
import { exposeDiagnostics } from "./diagnostics";
import type { Theme } from "./preferences";
import { BoardStore } from "./store";
import { Board } from "./view/board";
import { StoreContext } from "./view/context";
import type { VoiceDeviceClass } from "./voice_device";

export interface BoardProps {
  /** Where the backend's API is; empty for the page's own origin. */
  readonly apiBase: string;
  readonly theme: Theme;
}

export interface MountedBoard {
  update(props: BoardProps): void;
  destroy(): void;
}

export type MountBoard = (element: HTMLElement, props: BoardProps) => MountedBoard;

const ON_THIS_PAGE = Symbol.for("patchbay.board");

type Page = typeof globalThis & { [ON_THIS_PAGE]?: MountBoard };

/** The first evaluation on a page wins: a second bundle (after a deployment) draws with the first one's store. */
export const mountBoard: MountBoard = ((globalThis as Page)[ON_THIS_PAGE] ??= boardOfThisPage());

function boardOfThisPage(): MountBoard {
  let store: BoardStore | null = null;
  return (element, props) => {
    if (!store) {
      store = new BoardStore({ apiBase: props.apiBase, Device: Device as unknown as VoiceDeviceClass });
      exposeDiagnostics(store);
      store.start();
    }
    const home = store;
    const root = createRoot(element);
    const draw = ({ theme }: BoardProps) =>
      root.render(
        <StoreContext value={home}>
          <Board theme={theme} />
        </StoreContext>,
      );
    draw(props);
    return { update: draw, destroy: () => root.unmount() };
  };
}
