/** A colleague's call that I listen to: who hears me, and the ways in and out. And what the agent sees of it. */
import type { SeenCall } from "../board_view";
import { mayAskForHelp } from "../board_view";
import { isConference } from "../conference";
import { listed, phoneNumber, sentence } from "../format";
import type { Monitor, MonitorMode } from "../wire";
import { Elapsed } from "./clock";
import { useScreen, useStore, useView } from "./context";
import { BargeIcon, CloseIcon, HelpIcon, ListenIcon, TransferIcon, WarningIcon, WhisperIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { LevelMeters } from "./level_meters";
import { NotesOfOthers } from "./paperwork";

export const MODE_WORDS: Record<MonitorMode, { readonly name: string; readonly key: string; readonly icon: () => React.ReactNode }> = {
  listen: { name: "Listen", key: "L", icon: ListenIcon },
  whisper: { name: "Whisper", key: "W", icon: WhisperIcon },
  barge: { name: "Barge in", key: "B", icon: BargeIcon },
};
export const MODES = Object.keys(MODE_WORDS) as readonly MonitorMode[];

export function MonitoringCard({ call, monitor }: { call: SeenCall; monitor: Monitor }) {
  const store = useStore();
  const { phone } = useScreen();
  const { nameOf } = useView();
  const agent = nameOf(call.agent_id ?? "");
  const speaks = phone.voice?.callId === call.id && phone.voice.status === "open";
  return (
    <article className={`my-call monitoring ${call.pending ? "pending" : ""}`} data-call={call.id}>
      <div className="my-call-top">
        <div className="who">
          <strong className="caller"><span className="hidden">You listen to the call of {agent} with </span>{phoneNumber(call.caller)}</strong>
          <span className="dialled">with {agent}</span>
        </div>
        <Elapsed since={monitor.since} className="talk" />
      </div>
      <WhoHearsMe call={call} monitor={monitor} isThere={speaks} />
      <LevelMeters isLive={speaks} isMuted={phone.muted || monitor.mode === "listen"} other="Call" />
      <NotesOfOthers callId={call.id} />
      <div className="actions wide segments" role="group" aria-label="Who hears you">
        {MODES.map((mode) => {
          const { name, key, icon: Icon } = MODE_WORDS[mode];
          return (
            <button key={mode} type="button" className={`button ${monitor.mode === mode ? "chosen" : ""}`}
              aria-pressed={monitor.mode === mode} data-card-focus={monitor.mode === mode || undefined} onClick={() => store.supervision.monitor(call.id, mode)}>
              <Icon />{name}<KeyHint keys={key} />
            </button>
          );
        })}
      </div>
      <div className="actions wide by-words">
        <button type="button" className="button" onClick={() => store.supervision.leave(call.id)}>
          <CloseIcon />Leave<KeyHint keys="⇧H" />
        </button>
        <button type="button" className="button primary" disabled={call.state !== "connected"} onClick={() => store.supervision.takeOver(call.id)}>
          <TransferIcon />Take over<KeyHint keys="⇧T" />
        </button>
      </div>
    </article>
  );
}

function WhoHearsMe({ call, monitor, isThere }: { call: SeenCall; monitor: Monitor; isThere: boolean }) {
  const store = useStore();
  const { phone } = useScreen();
  const { nameOf } = useView();
  const agent = sentence(nameOf(call.agent_id ?? "").split(" ")[0]!);
  const [text, detail] = phone.isPhone === false
    ? ["You listen in another tab", "This one shows the same board."]
    : phone.trouble
      ? ["Reconnecting your voice…", phone.trouble]
      : !isThere
        ? ["Joining the conversation…", ""]
        : !call.agent_present
          ? [`${agent} has lost the voice`, `${isConference(call) ? "The others go on talking" : "The caller hears music"}. Take the call over, or wait for them.`]
          : heardBy(monitor.mode, agent, call.held_at !== null, isConference(call) ? "the others" : "the caller");
  const tone = isThere && call.agent_present ? "good" : phone.trouble ? "problem" : "busy";
  return (
    <div className={`voice-state ${tone}`}>
      {tone === "problem" ? <WarningIcon /> : <span className="pulse" aria-hidden="true" />}
      <span role="status"><b>{text}</b>{detail && <small>{detail}</small>}</span>
      {phone.isPhone === false && (
        <button type="button" className="button small" onClick={() => store.takePhone()}>Speak here</button>
      )}
    </div>
  );
}

function heardBy(mode: MonitorMode, agent: string, isHeld: boolean, others: string): readonly [string, string] {
  const music = isHeld ? " The caller hears music." : "";
  switch (mode) {
    case "listen":
      return ["Nobody hears you", `You hear ${agent}${isHeld ? "." : ` and ${others}.`}${music}`];
    case "whisper":
      return [`${agent} hears you`, isHeld ? music.trim() : others === "the caller" ? "The caller does not." : "The others do not."];
    case "barge":
      return isHeld ? [`${agent} hears you`, music.trim()] : ["Everybody hears you", `${agent} and ${others}.`];
  }
}

const DOING: Record<MonitorMode, readonly [one: string, many: string]> = {
  listen: ["is listening", "are listening"],
  whisper: ["whispers to you", "whisper to you"],
  barge: ["speaks in this call", "speak in this call"],
};

/** On the agent's own card: who is with them. */
export function MonitoredBy({ call }: { call: SeenCall }) {
  const { me, nameOf } = useView();
  const others = call.monitors.filter(({ person_id, present }) => present && person_id !== me?.agent.id);
  if (others.length === 0) return null;
  const told = MODES.flatMap((mode) => {
    const names = others.filter((monitor) => monitor.mode === mode).map(({ person_id }) => nameOf(person_id));
    return names.length === 0 ? [] : [`${listed(names)} ${DOING[mode][names.length > 1 ? 1 : 0]}`];
  });
  return <span className="monitored-by" role="status"><ListenIcon /><b>{sentence(told.join(". "))}</b></span>;
}

const NOBODY_NEAR = "No supervisor is here now; whoever comes will see it";

/** Small, above the card: asked for seldom, found at once. */
export function HelpButton({ call }: { call: SeenCall }) {
  const store = useStore();
  const { helpIsNear } = useView();
  if (call.help_at) {
    return (
      <>
        {!helpIsNear && <small className="nobody-near">No supervisor is here yet</small>}
        <button type="button" className="button small attention help-button" aria-pressed="true" onClick={() => store.supervision.takeHelpBack(call.id)}>
          <HelpIcon />Help asked<Elapsed since={call.help_at} /><KeyHint keys="E" />
        </button>
      </>
    );
  }
  return (
    <button type="button" className="button small help-button" aria-pressed="false" disabled={!mayAskForHelp(call) || call.pending !== null}
      title={helpIsNear ? "A supervisor is asked to come into this call" : NOBODY_NEAR} onClick={() => store.supervision.askForHelp(call.id)}>
      <HelpIcon />Help<KeyHint keys="E" />
    </button>
  );
}
