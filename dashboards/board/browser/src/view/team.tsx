/** Everybody of the company: who can be reached, who is busy and with whom, and for how long. */
import type { TeamMember } from "../board_view";
import { useDropZone } from "../dnd";
import { phoneNumber } from "../format";
import { Avatar } from "./avatar";
import { Elapsed } from "./clock";
import { useView } from "./context";
import { PRESENCE_WORDS, PresenceMark } from "./presence_mark";
import { Empty, Zone } from "./zone";

export function Team() {
  const { team, me } = useView();
  const available = team.filter(({ presence }) => presence === "available").length;
  return (
    <Zone zone="team" title="Team" count={team.length} aside={`${available} available`} isList>
      {team.length === 0 ? (
        <Empty title="Nobody is here yet">People appear as soon as an owner adds them to the company.</Empty>
      ) : (
        <ul className="team">
          {team.map((member) => <Member key={member.agent.id} member={member} isMe={member.agent.id === me?.agent.id} />)}
        </ul>
      )}
    </Zone>
  );
}

/** A colleague as a target of a drag. */
const AGENT = "agent:";
export const targetOf = (agentId: string): string => AGENT + agentId;
export const agentAt = (target: string): string | null => (target.startsWith(AGENT) ? target.slice(AGENT.length) : null);

function Member({ member: { agent, presence, since, call }, isMe }: { member: TeamMember; isMe: boolean }) {
  const { mine, reachable } = useView();
  const mayTake = mine?.state === "connected" && reachable.some((colleague) => colleague.agent.id === agent.id);
  const zone = useDropZone(targetOf(agent.id), (cardId) => (mayTake && mine.id === cardId ? "open" : "closed"));
  return (
    <li ref={zone.ref} className={`member ${presence} ${zone.isOver ? "over" : zone.isOpen ? "open" : ""}`}
      data-agent={agent.id} data-presence={presence}>
      <Avatar name={agent.name}><PresenceMark presence={presence} /></Avatar>
      <span className="who">
        <strong>{agent.name}{isMe && <> <span className="you">you</span></>}</strong>
        <span className="doing">
          {zone.isOver ? "Drop to hand the call over" : PRESENCE_WORDS[presence]}
          {!zone.isOver && call && <> · {phoneNumber(call.caller)}</>}
        </span>
      </span>
      {presence !== "offline" && <Elapsed since={since} />}
    </li>
  );
}
