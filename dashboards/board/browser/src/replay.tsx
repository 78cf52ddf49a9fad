/** The Panel entry of a day that is played: draws the boards that it is given, and can do nothing else. */
import style from "replay-style";
import { createRoot } from "react-dom/client";
import { showTimesIn } from "./format";
import { commandless, ReplayStore } from "./replay_store";
import { StoreContext } from "./view/context";
import { ReplayBoard } from "./view/replay_board";
import type { Snapshot } from "./wire";

interface PanelModel {
  /** A snapshot as JSON; empty before the first. */
  readonly snapshot: string;
  /** The time that is played, in ms, and how many seconds of it go by in one. */
  readonly at: number;
  readonly pace: number;
  readonly time_zone: string;
  readonly company: string;
  readonly theme: "light" | "dark";
  on(event: string | readonly string[], listener: () => void): void;
}

/** Faster than this, cards would fly without end. */
const FOLLOWED = 60;

const BoardReplay = {
  render({ model }: { model: PanelModel }): HTMLElement {
    const host = document.createElement("div");
    const shadow = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    shadow.adoptedStyleSheets = [sheet];
    const place = document.createElement("div");
    place.className = "page";
    shadow.append(place);
    const store = new ReplayStore();
    const root = createRoot(place);
    const views = commandless(store);
    const draw = () => {
      const isFollowed = model.pace > 0 && model.pace <= FOLLOWED;
      root.render(
        <StoreContext value={views}>
          <ReplayBoard theme={model.theme} company={model.company} isFollowed={isFollowed} />
        </StoreContext>,
      );
    };
    const show = () => {
      showTimesIn(model.time_zone);
      if (model.snapshot) store.show(JSON.parse(model.snapshot) as Snapshot);
    };
    const goOn = () => store.goOnFrom(model.at, model.pace);
    goOn();
    show();
    draw();
    model.on("snapshot", show);
    model.on(["at", "pace"], goOn);
    model.on("pace", draw);
    model.on("remove", () => root.unmount());
    return host;
  },
};

export default { BoardReplay };
