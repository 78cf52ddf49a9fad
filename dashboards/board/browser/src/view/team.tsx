/** Everybody of the company: who can be reached, who is busy and with whom, and for how long. */
import { memo } from "react";
import type { Presence, SeenCall } from "../board_view";
import { isFull, mayAdd } from "../conference";
import { useDropZone } from "../dnd";
import { phoneNumber } from "../format";
import { consultOf } from "../parties";
import type { Agent } from "../wire";
import { Avatar } from "./avatar";
import { Elapsed } from "./clock";
import { useView } from "./context";
import { Outside } from "./outside";
import { PresenceMark, presenceWords } from "./presence_mark";
import { HelpRow, SuperviseMenu } from "./supervising";
import { Empty, Zone } from "./zone";

export function Team() {
  const { team, me, mine, reachable, maySupervise, helpWanted, rules } = useView();
  const free = new Set(reachable.map(({ agent }) => agent.id));
  const isTalk = mine?.state === "connected" && mine.agent_id === me?.agent.id && consultOf(mine) === null;
  const isOneMore = mine !== null && mayAdd(mine, me?.agent.id);
  const mayDrop = isOneMore ? !isFull(mine, rules) : isTalk;
  const takesFrom = (agentId: string) => mayDrop && free.has(agentId);
  const available = team.filter(({ presence }) => presence === "available").length;
  return (
    <Zone zone="team" title="Team" count={team.length} aside={helpWanted.length > 0 ? <b className="help-count">{helpWanted.length === 1 ? "1 asks for help" : `${helpWanted.length} ask for help`}</b> : `${available} available`} isList>
      {team.length === 0 ? (
        <Empty title="Nobody is here yet">People appear as soon as an owner adds them to the company.</Empty>
      ) : (
        <ul className="team">
          {team.map(({ agent, presence, since, call }) => (
            <Member key={agent.id} agent={agent} presence={presence} since={since} caller={call?.caller ?? null} call={maySupervise ? call : null}
              isMe={agent.id === me?.agent.id} supervised={maySupervise && agent.id !== me?.agent.id} takes={takesFrom(agent.id) ? mine!.id : null} adds={isOneMore} />
          ))}
        </ul>
      )}
      <Outside />
    </Zone>
  );
}

/** A colleague as a target of a drag. */
const AGENT = "agent:";
export const targetOf = (agentId: string): string => AGENT + agentId;
export const agentAt = (target: string): string | null => (target.startsWith(AGENT) ? target.slice(AGENT.length) : null);

interface MemberProps {
  readonly agent: Agent;
  readonly presence: Presence;
  readonly since: string;
  readonly caller: string | null;
  /** For supervisors only: a call that rings at a hundred people is a new value for all of them with each change. */
  readonly call: SeenCall | null;
  readonly isMe: boolean;
  /** I may come into their call and set their status. */
  readonly supervised: boolean;
  /** The call that may be dropped on them. */
  readonly takes: string | null;
  /** Dropped on them, it asks them into a talk that goes on. */
  readonly adds: boolean;
}

const Member = memo(function Member({ agent, presence, since, caller, call, isMe, supervised, takes, adds }: MemberProps) {
  const asks = supervised && call?.agent_id === agent.id && call.help_at !== null;
  const zone = useDropZone(targetOf(agent.id), (cardId) => (takes === cardId ? "open" : "closed"));
  return (
    <li ref={zone.ref} className={`member ${presence} ${asks ? "asks" : ""} ${zone.isOver ? "over" : zone.isOpen ? "open" : ""}`}
      data-agent={agent.id} data-presence={presence}>
      <Avatar name={agent.name}><PresenceMark presence={presence} /></Avatar>
      <span className="who">
        <strong>{agent.name}{isMe && <> <span className="you">you</span></>}</strong>
        <span className="doing">
          {zone.isOver ? (adds ? "Drop to add them to the call" : "Drop to hand the call over") : (
            <>
              {/* Beside the ways into the call there is room for the number only; the mark says the rest. */}
              <span className={supervised && caller !== null ? "hidden" : ""}>{presenceWords({ agent, presence })}{caller !== null && " · "}</span>
              {caller !== null && phoneNumber(caller)}
            </>
          )}
        </span>
      </span>
      {presence !== "offline" && <Elapsed since={since} />}
      {supervised && <SuperviseMenu agent={agent} call={call} />}
      {asks && call && <HelpRow agent={agent} call={call} />}
    </li>
  );
});
