/** My own presence, and what I can choose: for now, or for after the call or the wrap-up that I am in. */
import { useScreen, useStore, useView } from "./context";
import type { Presence } from "../board_view";
import { Elapsed } from "./clock";
import { CheckIcon, ChevronIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { Menu } from "./menu";
import { PresenceMark, presenceWords } from "./presence_mark";

export function PresenceControl() {
  const store = useStore();
  const { askingMicrophone, whySet } = useScreen();
  const { me, presencePending, nameOf } = useView();
  if (!me) return <div className="presence" />;
  const { presence, since, agent } = me;
  const isLater = presence === "on_call" || presence === "monitoring" || presence === "wrap_up";
  const isChosen = presence === "available" || presence === "away";
  const mayLeave = agent.wanted === "available" && agent.status !== "unreachable" && agent.status !== "offline";
  return (
    <div className={`presence ${presencePending ? "pending" : ""}`} role="group" aria-label="My presence">
      <span className={`presence-now ${presence}`} data-presence={presence}>
        <PresenceMark presence={presence} />
        <span className="presence-word">{presenceWords(me)}</span>
        {/* How long it rings is told by the call. */}
        {presence !== "offline" && presence !== "ringing" && <Elapsed since={since} />}
      </span>
      {agent.set_by && isChosen && (
        <span className="set-by" title={whySet ?? undefined}>by {nameOf(agent.set_by)}<span className="hidden">{whySet && `: ${whySet}`}</span></span>
      )}
      <span className="split">
        {mayLeave ? (
          <button type="button" className="button small" onClick={() => store.goAway()}>
            {isLater ? "Away afterwards" : "Away"}<KeyHint keys="⇧G" />
          </button>
        ) : (
          <button type="button" className={`button small ${isLater ? "" : "primary"}`} disabled={askingMicrophone} onClick={() => void store.goAvailable()}>
            {askingMicrophone ? "Asking for the microphone…" : isLater ? "Available afterwards" : "Go available"}{presence !== "wrap_up" && <KeyHint keys="G" />}
          </button>
        )}
        <Choices isLater={isLater} isPrimary={!mayLeave && !isLater} />
      </span>
    </div>
  );
}

/** Every choice there is, with the company's reasons for being away. */
const AFTER: Partial<Record<Presence, string>> = { on_call: "After this call and its wrap-up", monitoring: "After you have listened" };

function Choices({ isLater, isPrimary }: { isLater: boolean; isPrimary: boolean }) {
  const store = useStore();
  const { me, rules } = useView();
  if (!me) return null;
  const { wanted, reason, status } = me.agent;
  const away = [null, ...rules.away_reasons].map((why) => ({
    key: `away ${why ?? ""}`,
    words: why === null ? "Away" : `Away: ${why}`,
    checked: wanted === "away" && reason === why,
    onChoose: () => store.goAway(why),
  }));
  const available = {
    key: "available",
    words: "Available",
    checked: wanted === "available" && status !== "unreachable",
    onChoose: () => void store.goAvailable(),
  };
  const items = [available, ...away].map(({ words, ...item }) => ({ ...item, label: <>{words}{item.checked && <CheckIcon />}</> }));
  return (
    <Menu name="Choose my presence" className={`button small caret ${isPrimary ? "primary" : ""}`} face={<ChevronIcon />} align="end" items={items}
      {...(isLater ? { heading: <p className="menu-heading">{AFTER[me.presence] ?? "After this wrap-up"}</p> } : {})} />
  );
}
