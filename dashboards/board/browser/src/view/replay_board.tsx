/** The board of a past moment: the zones of a board at which nobody sits. */
import { useMemo } from "react";
import { useScreen } from "./context";
import { Incoming } from "./incoming";
import { Lot } from "./lot";
import { Recent } from "./recent";
import { Team } from "./team";
import { placesOf, Travel, travelIn, type Places } from "./travel";

interface ReplayBoardProps {
  readonly theme: "light" | "dark";
  readonly company: string;
  /** Time goes by, slowly enough for an eye to follow a call from zone to zone. */
  readonly isFollowed: boolean;
}

const NOWHERE: Places = new Map();

export function ReplayBoard({ theme, company, isFollowed }: ReplayBoardProps) {
  const { view, preferences } = useScreen();
  const places = useMemo(() => (view && isFollowed ? placesOf(view) : NOWHERE), [view, isFollowed]);
  return (
    <div className="board replay" data-theme={theme} data-density={preferences.density}>
      <section ref={travelIn} className="zones" aria-label={`The board of ${company}, replayed`}>
        {view && (
          <Travel places={places}>
            <Incoming />
            <Lot />
            <Team />
            <Recent />
          </Travel>
        )}
      </section>
    </div>
  );
}
