/** The whole board: a header, five zones, and what is laid over them. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { SeenCall } from "../board_view";
import { mayAdd } from "../conference";
import { DragArea, type DragWords } from "../dnd";
import { phoneNumber } from "../format";
import { ourLine } from "../parties";
import type { Theme } from "../preferences";
import { isTyping, runShortcut } from "../shortcuts";
import { Announcer } from "./announcer";
import { SimulatedBanner, StaleBanner } from "./banners";
import { useScreen, useStore, useView } from "./context";
import { DialPad } from "./dial_pad";
import { useFocusFollows } from "./focus_follows";
import { Header } from "./header";
import { HelpDialog } from "./help_dialog";
import { Incoming } from "./incoming";
import { Lot } from "./lot";
import { MyCall } from "./my_call";
import { Recent } from "./recent";
import { Starting } from "./starting";
import { agentAt, Team } from "./team";
import { teamAt } from "./teams";
import { placesOf, Travel, travelIn } from "./travel";
import { useTheme } from "./theme";
import { Toasts } from "./toasts";

export function Board({ theme: asked }: { theme: Theme }) {
  const store = useStore();
  const { view, board, preferences } = useScreen();
  const root = useRef<HTMLDivElement>(null);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const { theme, shown } = useTheme(preferences.theme ?? asked);
  useFocusFollows(root);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "?" && !isTyping(event)) return setHelpOpen(true);
      if (store.current().preferences.singleKeys && runShortcut(store, event)) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [store]);
  return (
    <div ref={root} className={`board ${view?.mine || view?.wrapUp || view?.held.length ? "in-call" : ""}`} data-theme={shown} data-density={preferences.density}>
      {view && board.me ? (
        <>
          <Header theme={theme} onHelp={() => setHelpOpen(true)} />
          <SimulatedBanner />
          <main ref={travelIn} className="zones" aria-label={`Calls of ${board.me.tenant.name}`}><Zones /></main>
          <StaleBanner />
          <DialPad board={root} />
        </>
      ) : (
        <Starting />
      )}
      <Toasts />
      <Announcer />
      <HelpDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}

function Zones() {
  const store = useStore();
  const view = useView();
  const { mine, held, lot, nameOf } = view;
  const places = useMemo(() => placesOf(view), [view]);
  const find = useCallback(
    (id: string): SeenCall | null => [mine, ...held, ...lot.map(({ call }) => call)].find((call) => call?.id === id) ?? null,
    [mine, held, lot],
  );
  const words = useMemo<DragWords>(
    () => ({
      card: (id) => `the call from ${phoneNumber(find(id)?.caller ?? "")}`,
      target: (id) => {
        const colleague = agentAt(id) ?? teamAt(id);
        return colleague ? nameOf(colleague) : id === "lot" ? "the parking lot" : "my call, to pick it up";
      },
    }),
    [find, nameOf],
  );
  const homeOf = useCallback(
    (id: string) => (mine?.id === id || held.some((call) => call.id === id) ? "mine" : find(id) ? "lot" : null),
    [mine, held, find],
  );
  const drop = (id: string, target: string) => {
    const colleague = agentAt(target);
    const team = teamAt(target);
    if (team) store.transfer(id, { team });
    else if (colleague && mine?.id === id && mayAdd(mine, view.me?.agent.id)) store.consult(id, { to: colleague });
    else if (colleague) store.transfer(id, { to: colleague });
    else if (target === "lot") store.park(id);
    else store.pickUp(id);
  };
  return (
    <DragArea words={words} homeOf={homeOf} onDrop={drop} overlay={(id) => <Lifted call={find(id)} />}>
      <Travel places={places}>
        <Incoming />
        <MyCall />
        <Lot />
        <Team />
        <Recent />
      </Travel>
    </DragArea>
  );
}

/** The card while it is in the air. */
function Lifted({ call }: { call: SeenCall | null }) {
  return call ? (
    <div className="lifted">
      <strong className="caller">{phoneNumber(call.caller)}</strong>
      <span className="dialled">{ourLine(call)}</span>
    </div>
  ) : null;
}
