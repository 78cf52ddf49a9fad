/** How a component gets at the store and at what is to be shown now. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { BoardView } from "../board_view";
import { onTick } from "../clock";
import type { BoardStore, Screen } from "../store";

export const StoreContext = createContext<BoardStore | null>(null);

export function useStore(): BoardStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error("a component of the board was drawn outside of it");
  return store;
}

export function useScreen(): Screen {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.current);
}

/** For the components that are only drawn once the first snapshot is there. */
export function useView(): BoardView {
  const { view } = useScreen();
  if (!view) throw new Error("the board has no snapshot yet");
  return view;
}

/** Server time, ms, in whole seconds: every clock of the page changes in the same tick. */
export function useNow(): number {
  const store = useStore();
  return useSyncExternalStore(onTick, () => Math.floor(store.now() / 1000) * 1000);
}
