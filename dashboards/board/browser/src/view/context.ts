/** How a component gets at the store and at what is to be shown now. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { BoardView } from "../board_view";
import type { Screen } from "../screen";
import type { Store } from "../store";

export const StoreContext = createContext<Store | null>(null);

export function useStore(): Store {
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
