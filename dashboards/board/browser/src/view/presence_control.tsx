/** My own presence, and the one or two things I can do about it. */
import { useScreen, useStore, useView } from "./context";
import { Elapsed } from "./clock";
import { KeyHint } from "./key_hint";
import { PRESENCE_WORDS, PresenceMark } from "./presence_mark";

export function PresenceControl() {
  const store = useStore();
  const { askingMicrophone, whySet } = useScreen();
  const { me, presencePending, nameOf } = useView();
  if (!me) return <div className="presence" />;
  const { presence, since, agent } = me;
  const isWorking = presence === "on_call" || presence === "monitoring" || presence === "ringing";
  return (
    <div className={`presence ${presencePending ? "pending" : ""}`} role="group" aria-label="My presence">
      <span className={`presence-now ${presence}`} data-presence={presence}>
        <PresenceMark presence={presence} />
        <span className="presence-word">{PRESENCE_WORDS[presence]}</span>
        {presence !== "offline" && <Elapsed since={since} />}
      </span>
      {agent.set_by && !isWorking && (agent.status === "available" || agent.status === "away") && (
        <span className="set-by" title={whySet ?? undefined}>by {nameOf(agent.set_by)}<span className="hidden">{whySet && `: ${whySet}`}</span></span>
      )}
      {presence === "wrap_up" && (
        <button type="button" className="button primary small" onClick={() => store.finishWrapUp()}>
          Finish wrap-up<KeyHint keys="G" />
        </button>
      )}
      {(agent.status === "away" || agent.status === "offline") && (
        <button type="button" className={`button small ${isWorking ? "" : "primary"}`} disabled={askingMicrophone} onClick={() => void store.goAvailable()}>
          {askingMicrophone ? "Asking for the microphone…" : "Go available"}<KeyHint keys="G" />
        </button>
      )}
      {(agent.status === "available" || presence === "wrap_up") && (
        <button type="button" className="button small" onClick={() => store.goAway()}>
          Away<KeyHint keys="⇧G" />
        </button>
      )}
    </div>
  );
}
