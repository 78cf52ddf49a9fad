/** Everybody of the company: who can be reached, who is busy and with whom, and for how long. */
import type { TeamMember } from "../board_view";
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

function Member({ member: { agent, presence, since, call }, isMe }: { member: TeamMember; isMe: boolean }) {
  return (
    <li className={`member ${presence}`} data-agent={agent.id} data-presence={presence}>
      <Avatar name={agent.name}><PresenceMark presence={presence} /></Avatar>
      <span className="who">
        <strong>{agent.name}{isMe && <> <span className="you">you</span></>}</strong>
        <span className="doing">
          {PRESENCE_WORDS[presence]}
          {call && <> · {phoneNumber(call.caller)}</>}
        </span>
      </span>
      {presence !== "offline" && <Elapsed since={since} />}
    </li>
  );
}
