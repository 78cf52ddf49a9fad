/** The Panel entry: the only file that knows Panel's model. The board keeps its style in a shadow root of its own. */
import "./shim";
import style from "board-style";
import { mountBoard, type BoardProps } from "./mount";
import { loadFonts } from "./fonts";
import type { Theme } from "./preferences";

interface PanelModel {
  readonly api_base: string;
  readonly asset_base: string;
  readonly theme: Theme;
  on(event: string | readonly string[], listener: () => void): void;
}

const CallBoard = {
  render({ model }: { model: PanelModel }): HTMLElement {
    loadFonts(model.asset_base);
    const host = document.createElement("div");
    host.style.cssText = "position:fixed;inset:0;overflow:auto";
    const shadow = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    shadow.adoptedStyleSheets = [sheet];
    const place = document.createElement("div");
    place.className = "page";
    shadow.append(place);
    const props = (): BoardProps => ({ apiBase: model.api_base, theme: model.theme });
    const board = mountBoard(place, props());
    model.on("theme", () => board.update(props()));
    model.on("remove", () => board.destroy());
    return host;
  },
};

export default { CallBoard };
