/** Everybody in a conference: how they stand, and for whoever has the call the way to let each of them go. */
import type { SeenCall } from "../board_view";
import { isFull } from "../conference";
import { NOT_TAKEN, phoneNumber, sentence } from "../format";
import { consulted, isOutbound } from "../parties";
import { Avatar } from "./avatar";
import { Elapsed } from "./clock";
import { useStore, useView } from "./context";
import { CloseIcon, OutsideIcon } from "./icons";
import { KeyHint } from "./key_hint";

interface Participant {
  readonly id: string;
  readonly name: string;
  readonly isOutside: boolean;
  readonly standing: string;
  readonly since: string | null;
  /** What lets them go; null for those who cannot be. */
  readonly letGo: (() => void) | null;
  /** The key that does it too. */
  readonly keys: string | null;
}

export function Participants({ call }: { call: SeenCall }) {
  const { rules } = useView();
  const participants = useParticipants(call);
  return (
    <>
      <ul className="participants" aria-label="In this call">
        {participants.map((participant) => <Row key={participant.id} participant={participant} isBusy={call.pending !== null} />)}
      </ul>
      {isFull(call, rules) && <p className="participants-note">No more than {rules.conference_size} may talk in one call.</p>}
    </>
  );
}

function Row({ participant, isBusy }: { participant: Participant; isBusy: boolean }) {
  const { name, isOutside, standing, since, letGo, keys } = participant;
  return (
    <li className="participant">
      {isOutside ? <span className="badge" aria-hidden="true"><OutsideIcon /></span> : <Avatar name={name} />}
      <span className="who">
        <strong>{name}</strong>
        <span className="doing">{standing}</span>
      </span>
      {since && <Elapsed since={since} />}
      {letGo && (
        <button type="button" className="button small" aria-label={`Let go: ${name}`} disabled={isBusy} onClick={letGo}>
          <CloseIcon />Let go{keys && <KeyHint keys={keys} />}
        </button>
      )}
    </li>
  );
}

/** In the order in which they came: the outside person, the agent, the guests, whoever was asked in last. */
function useParticipants(call: SeenCall): readonly Participant[] {
  const store = useStore();
  const { me, nameOf } = useView();
  const isMine = call.agent_id === me?.agent.id;
  const named = (agentId: string) => (agentId === me?.agent.id ? `${nameOf(agentId)} (you)` : sentence(nameOf(agentId)));
  const fixed = { letGo: null, keys: null, since: null };
  const caller = { ...fixed, id: "caller", name: phoneNumber(call.caller), isOutside: true, standing: isOutbound(call) ? "was called" : "called" };
  const agent = { ...fixed, id: "agent", name: named(call.agent_id ?? ""), isOutside: false, standing: call.agent_present ? "has the call" : "has lost the voice" };
  const guests = call.guests.map((guest): Participant => ({
    id: guest.id,
    name: guest.number ? phoneNumber(guest.number) : named(guest.agent_id ?? ""),
    isOutside: guest.number !== null,
    standing: guest.present ? "in the talk" : "has lost the voice",
    since: guest.since,
    letGo: isMine ? () => store.letGo(call.id, guest.id) : null,
    keys: null,
  }));
  const { consult } = call;
  if (!consult) return [caller, agent, ...guests];
  const letGo = isMine && consult.failed === null ? () => store.cancelConsult(call.id) : null;
  const asked: Participant = {
    id: "asked",
    name: consult.number ? consulted(consult, nameOf) : named(consult.agent_id ?? ""),
    isOutside: consult.number !== null,
    standing: consult.failed ? NOT_TAKEN[consult.failed] : consult.present ? "in the talk" : consult.number || !consult.accepted ? "is being rung" : "is joining",
    since: consult.failed ? null : consult.since,
    letGo,
    keys: letGo && "C",
  };
  return [caller, agent, ...guests, asked];
}
