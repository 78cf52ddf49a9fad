/** Everybody of the company: who can be reached, who is busy and with whom, and for how long. */
import { memo, useState } from "react";
import type { Presence, SeenCall, TeamMember } from "../board_view";
import { isFull, isShared, mayAdd } from "../conference";
import { useDropZone } from "../dnd";
import { phoneNumber } from "../format";
import type { Agent } from "../wire";
import { Avatar } from "./avatar";
import { Elapsed } from "./clock";
import { useView } from "./context";
import { Outside } from "./outside";
import { PresenceMark, presenceWords } from "./presence_mark";
import { HelpRow, SuperviseMenu } from "./supervising";
import { Teams } from "./teams";
import { Empty, Zone } from "./zone";

export function Team() {
  const { team, teams, me, mine, held, reachable, maySupervise, helpWanted, rules } = useView();
  const [chosen, choose] = useState<string | null>(null);
  const free = new Set(reachable.map(({ agent }) => agent.id));
  const isTalk = mine?.state === "connected" && mine.agent_id === me?.agent.id && !isShared(mine);
  const isOneMore = mine !== null && mayAdd(mine, me?.agent.id);
  const handedOver = [...(isTalk ? [mine] : []), ...held];
  const toTeam = handedOver.map(({ id }) => id).join(" ");
  const toColleague = [...(isOneMore && !isFull(mine, rules) ? [mine] : []), ...handedOver].map(({ id }) => id).join(" ");
  const only = teams.find(({ id }) => id === chosen);
  // Whoever asks for help is seen by a supervisor whatever they look at.
  const isShown = ({ agent }: TeamMember) => !only || only.members.includes(agent.id) || helpWanted.some(({ agent_id }) => agent_id === agent.id);
  const shown = team.filter(isShown);
  const available = shown.filter(({ presence }) => presence === "available" || presence === "ringing").length;
  return (
    <Zone zone="team" title="Team" count={shown.length} aside={helpWanted.length > 0 ? <b className="help-count">{helpWanted.length === 1 ? "1 asks for help" : `${helpWanted.length} ask for help`}</b> : `${available} available`} isList>
      <Teams teams={teams} chosen={only?.id ?? null} choose={choose} inMyHands={toTeam} />
      {team.length === 0 ? (
        <Empty title="Nobody is here yet">People appear as soon as an owner adds them to the company.</Empty>
      ) : (
        <ul className={`team ${maySupervise ? "supervised" : ""}`}>
          {shown.map(({ agent, presence, since, call }) => (
            <Member key={agent.id} agent={agent} presence={presence} since={presence === "ringing" ? null : since}
              caller={ringsWithOthers(presence, call) ? null : (call?.caller ?? null)} call={maySupervise ? call : null}
              isMe={agent.id === me?.agent.id} supervised={maySupervise && agent.id !== me?.agent.id}
              takes={free.has(agent.id) ? toColleague : ""} adds={isOneMore ? mine.id : null} />
          ))}
        </ul>
      )}
      <Outside />
    </Zone>
  );
}

/** Whom everybody is rung for is told once, by the incoming calls; not a hundred times with each change. */
function ringsWithOthers(presence: Presence, call: SeenCall | null): boolean {
  return presence === "ringing" && call !== null && call.offered_to.length > 1;
}

/** A colleague as a target of a drag. */
const AGENT = "agent:";
export const targetOf = (agentId: string): string => AGENT + agentId;
export const agentAt = (target: string): string | null => (target.startsWith(AGENT) ? target.slice(AGENT.length) : null);

interface MemberProps {
  readonly agent: Agent;
  readonly presence: Presence;
  readonly since: string | null;
  readonly caller: string | null;
  /** For supervisors only: a call that rings at a hundred people is a new value for all of them with each change. */
  readonly call: SeenCall | null;
  readonly isMe: boolean;
  /** I may come into their call and set their status. */
  readonly supervised: boolean;
  /** The ids of the calls that may be dropped on them; as one text, so that an unchanged colleague is not drawn again. */
  readonly takes: string;
  /** The call that is not handed over by a drop: it asks them into a talk that goes on. */
  readonly adds: string | null;
}

const Member = memo(function Member({ agent, presence, since, caller, call, isMe, supervised, takes, adds }: MemberProps) {
  const asks = supervised && call?.agent_id === agent.id && call.help_at !== null;
  const zone = useDropZone(targetOf(agent.id), (cardId) => (takes.includes(cardId) ? "open" : "closed"));
  return (
    <li ref={zone.ref} className={`member ${presence} ${asks ? "asks" : ""} ${zone.isOver ? "over" : zone.isOpen ? "open" : ""}`}
      data-agent={agent.id} data-presence={presence}>
      <Avatar name={agent.name}><PresenceMark presence={presence} /></Avatar>
      <span className="who">
        <strong>{agent.name}{isMe && <> <span className="you">you</span></>}</strong>
        <span className="doing">
          {zone.isOver ? (adds !== null && zone.card === adds ? "Drop to add them to the call" : "Drop to hand the call over") : (
            <>
              {presenceWords({ agent, presence })}{caller !== null && " · "}
              {caller !== null && <span className="number">{phoneNumber(caller)}</span>}
            </>
          )}
        </span>
      </span>
      {presence !== "offline" && since !== null && <Elapsed since={since} />}
      {supervised && <SuperviseMenu agent={agent} call={call} />}
      {asks && call && <HelpRow agent={agent} call={call} />}
    </li>
  );
});
