/** How the conversation stands, in plain words: connected, joining, or what keeps my voice from it. */
import type { BoardView, SeenCall } from "../board_view";
import { allTalk, isConference } from "../conference";
import { NOT_TAKEN, sentence } from "../format";
import { MICROPHONE_HELP } from "../microphone";
import type { PhoneState } from "../softphone";
import { consulted, consultOf, isBeingCalled, outsider } from "../parties";
import type { Consult } from "../wire";
import { calling } from "./calling";
import { Elapsed } from "./clock";
import { useScreen, useStore, useView } from "./context";
import { WarningIcon } from "./icons";
import { MonitoredBy } from "./monitoring";

interface Told {
  readonly tone: "good" | "busy" | "problem";
  readonly text: string;
  readonly detail?: string;
}

export function VoiceState({ call }: { call: SeenCall }) {
  const store = useStore();
  const { phone } = useScreen();
  const view = useView();
  const told = tell(call, phone, view);
  return (
    <div className={`voice-state ${told.tone}`}>
      {told.tone === "problem" ? <WarningIcon /> : <span className="pulse" aria-hidden="true" />}
      <span role="status"><b>{told.text}</b>{told.detail && <small>{told.detail}</small>}</span>
      {call.held_at && call.agent_id === view.me?.agent.id && <Elapsed since={call.held_at} className="wait" />}
      <MonitoredBy call={call} />
      {phone.isPhone === false && (
        <button type="button" className="button small" onClick={() => store.takePhone()}>Speak here</button>
      )}
    </div>
  );
}

function tell(call: SeenCall, phone: PhoneState, { me, nameOf }: BoardView): Told {
  if (call.pending === "hang-up") return { tone: "busy", text: "Ending the call…" };
  if (phone.isPhone === false && isBeingCalled(call)) return { tone: "busy", text: calling(call).text, detail: "You speak in another tab." };
  if (phone.isPhone === false) return { tone: "busy", text: "You speak in another tab", detail: "This one shows the same board." };
  const { microphone } = phone;
  const speaks = phone.voice?.callId === call.id ? phone.voice.status : null;
  if (speaks !== "open" && microphone !== "ready" && microphone !== "unknown") {
    return { tone: "problem", text: sentence(`${outsider(call)} cannot hear you`), detail: MICROPHONE_HELP[microphone] };
  }
  if (phone.trouble) return { tone: "problem", text: "Reconnecting your voice…", detail: phone.trouble };
  if (isBeingCalled(call)) return muted({ tone: "busy", ...calling(call) }, phone);
  if (speaks === "reconnecting") return { tone: "busy", text: "Reconnecting your voice…", detail: sentence(`${outsider(call)} stays on the line.`) };
  const consult = consultOf(call);
  if (isConference(call) && speaks === "open") return muted(tellConference(call, consult, me?.agent.id, nameOf), phone);
  if (consult && !isConference(call) && (speaks === "open" || !consult.accepted)) return muted(tellConsult(call, consult, me?.agent.id, nameOf), phone);
  if (call.held_at && call.consult?.failed) {
    return { tone: "busy", text: sentence(`${consulted(call.consult, nameOf)} ${NOT_TAKEN[call.consult.failed]}`), detail: sentence(`${outsider(call)} hears music: resume to talk with them again.`) };
  }
  if (call.held_at && !consult) return { tone: "busy", text: "On hold", detail: sentence(`${outsider(call)} hears music. Nobody hears you.`) };
  if (speaks === "open" && call.agent_present) {
    return muted({ tone: "good", text: "Connected" }, phone);
  }
  if (call.pending) return { tone: "busy", text: "Taking the call…" };
  return { tone: "busy", text: "Joining the conversation…" };
}

/** Nobody shall take a conversation for one in which they are heard while they are not. */
function muted(told: Told, { muted }: PhoneState): Told {
  return muted && told.tone === "good" ? { ...told, tone: "busy", text: `${told.text}, and you are muted` } : told;
}

/** Whoever is being asked in, or lost, keeps nobody from talking. */
function tellConference(call: SeenCall, consult: Consult | null, me: string | undefined, nameOf: (id: string) => string): Told {
  const isMine = call.agent_id === me;
  if (!isMine && !call.agent_present) {
    return { tone: "busy", text: sentence(`${nameOf(call.agent_id ?? "")} has lost the voice`), detail: "You go on talking. If they do not come back, one of you has the call." };
  }
  if (consult?.agent_id === me && !consult?.present) return { tone: "busy", text: "Joining the conversation…" };
  if (!call.agent_present) return { tone: "busy", text: "Joining the conversation…" };
  const detail = "The others go on talking.";
  if (consult && !consult.present) {
    const other = consulted(consult, nameOf);
    const rings = consult.number ? `${consult.ringing ? "Ringing" : "Calling"} ${other}…` : consult.accepted ? `${other} is joining…` : `Ringing ${other}…`;
    return { tone: "good", text: sentence(rings), detail: isMine ? "All of you go on talking." : detail };
  }
  if (isMine && call.consult?.failed) return { tone: "good", text: allTalk(call), detail: sentence(`${consulted(call.consult, nameOf)} ${NOT_TAKEN[call.consult.failed]}.`) };
  return { tone: "good", text: allTalk(call) };
}

function tellConsult(call: SeenCall, consult: Consult, me: string | undefined, nameOf: (id: string) => string): Told {
  const iAmAsked = consult.agent_id === me;
  const other = iAmAsked ? nameOf(call.agent_id ?? "") : consulted(consult, nameOf);
  const caller = outsider(call);
  const music = call.held_at ? { detail: sentence(`${caller} hears music.`) } : {};
  if (consult.number && !consult.present) return { tone: "busy", text: `${consult.ringing ? "Ringing" : "Calling"} ${other}…`, ...music };
  if (iAmAsked && !consult.present) return { tone: "busy", text: "Joining the conversation…" };
  if (iAmAsked && !call.agent_present) {
    return { tone: "busy", text: sentence(`${other} has lost the voice`), detail: "The call is yours if they do not come back." };
  }
  if (!consult.accepted) return { tone: "busy", text: sentence(`Ringing ${other}…`), ...music };
  if (!consult.present) return { tone: "busy", text: sentence(`${other} is joining…`), ...music };
  switch (consult.talk_with) {
    case "colleague":
      return { tone: "good", text: sentence(`You talk with ${other}`), detail: sentence(`${caller} hears music.`) };
    case "caller":
      return iAmAsked
        ? { tone: "busy", text: sentence(`${other} talks with ${caller}`), detail: "You hear music until they are back." }
        : { tone: "good", text: `You talk with ${caller}`, detail: sentence(`${other} hears music.`) };
    case "all":
      return { tone: "good", text: "All three of you talk" };
  }
}
