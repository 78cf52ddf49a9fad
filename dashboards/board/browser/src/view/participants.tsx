/** Everybody in a conference: how they stand, and for whoever has the call the way to let each of them go. */
import type { SeenCall } from "../board_view";
import { isFull } from "../conference";
import { NOT_TAKEN, phoneNumber, sentence } from "../format";
import { isOutbound } from "../parties";
import { Avatar } from "./avatar";
import { useStore, useView } from "./context";
import { CloseIcon, OutsideIcon } from "./icons";

interface Participant {
  readonly id: string;
  readonly name: string;
  readonly kind: "me" | "colleague" | "outside";
  readonly standing: string;
  /** What lets them go; null for those who cannot be. */
  readonly letGo: (() => void) | null;
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

function Row({ participant: { name, kind, standing, letGo }, isBusy }: { participant: Participant; isBusy: boolean }) {
  return (
    <li className="participant">
      {kind === "outside" ? <span className="badge" aria-hidden="true"><OutsideIcon /></span> : <Avatar name={name} />}
      <span className="who">
        <strong>{name}{kind === "me" && <> <span className="you">you</span></>}</strong>
        <span className="doing">{standing}</span>
      </span>
      {letGo && (
        <button type="button" className="button small quiet" aria-label={`Let go: ${name}`} title={`Let ${name} go`} disabled={isBusy} onClick={letGo}>
          <CloseIcon /><span>Let go</span>
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
  const who = ({ agent_id, number }: { readonly agent_id: string | null; readonly number: string | null }) => {
    if (number !== null) return { name: phoneNumber(number), kind: "outside" } as const;
    return { name: sentence(nameOf(agent_id ?? "")), kind: agent_id === me?.agent.id ? "me" : "colleague" } as const;
  };
  const caller: Participant = { ...who({ agent_id: null, number: call.caller }), id: "caller", standing: isOutbound(call) ? "was called" : "the caller", letGo: null };
  const agent: Participant = {
    ...who({ agent_id: call.agent_id, number: null }),
    id: "agent",
    standing: call.agent_present ? "has the call" : "has lost the voice",
    letGo: null,
  };
  const guests = call.guests.map((guest): Participant => ({
    ...who(guest),
    id: guest.id,
    standing: guest.present ? "in the talk" : "has lost the voice",
    letGo: isMine ? () => store.letGo(call.id, guest.id) : null,
  }));
  const { consult } = call;
  if (!consult) return [caller, agent, ...guests];
  const isRung = !consult.present && (consult.number !== null || !consult.accepted);
  const asked: Participant = {
    ...who(consult),
    id: "asked",
    standing: consult.failed ? NOT_TAKEN[consult.failed] : consult.present ? "in the talk" : isRung ? "is being rung" : "is joining",
    letGo: isMine && consult.failed === null ? () => store.cancelConsult(call.id) : null,
  };
  return [caller, agent, ...guests, asked];
}
