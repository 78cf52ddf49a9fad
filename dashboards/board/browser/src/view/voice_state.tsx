/** How the conversation stands, in plain words: connected, joining, or what keeps my voice from it. */
import type { SeenCall } from "../board_view";
import { MICROPHONE_HELP } from "../microphone";
import { Elapsed } from "./clock";
import type { PhoneState } from "../softphone";
import { useScreen, useStore } from "./context";
import { WarningIcon } from "./icons";

interface Told {
  readonly tone: "good" | "busy" | "problem";
  readonly text: string;
  readonly detail?: string;
}

export function VoiceState({ call }: { call: SeenCall }) {
  const store = useStore();
  const { phone } = useScreen();
  const told = tell(call, phone);
  return (
    <div className={`voice-state ${told.tone}`} role="status">
      {told.tone === "problem" ? <WarningIcon /> : <span className="pulse" aria-hidden="true" />}
      <span><b>{told.text}</b>{told.detail && <small>{told.detail}</small>}</span>
      {call.held_at && <Elapsed since={call.held_at} className="wait" />}
      {phone.isPhone === false && (
        <button type="button" className="button small" onClick={() => store.takePhone()}>Speak here</button>
      )}
    </div>
  );
}

export function tell(call: SeenCall, phone: PhoneState): Told {
  if (call.pending === "hang-up") return { tone: "busy", text: "Ending the call…" };
  if (phone.isPhone === false) return { tone: "busy", text: "You speak in another tab", detail: "This one shows the same board." };
  const { microphone } = phone;
  const speaks = phone.voice?.callId === call.id ? phone.voice.status : null;
  if (speaks !== "open" && microphone !== "ready" && microphone !== "unknown") {
    return { tone: "problem", text: "The caller cannot hear you", detail: MICROPHONE_HELP[microphone] };
  }
  if (phone.trouble) return { tone: "problem", text: "Reconnecting your voice…", detail: phone.trouble };
  if (speaks === "reconnecting") return { tone: "busy", text: "Reconnecting your voice…", detail: "The caller stays on the line." };
  if (call.held_at) return { tone: "busy", text: "On hold", detail: "The caller hears music. Nobody hears you." };
  if (speaks === "open" && call.agent_present) {
    return phone.muted ? { tone: "busy", text: "Connected, and you are muted" } : { tone: "good", text: "Connected" };
  }
  if (call.pending) return { tone: "busy", text: "Taking the call…" };
  return { tone: "busy", text: "Joining the conversation…" };
}
