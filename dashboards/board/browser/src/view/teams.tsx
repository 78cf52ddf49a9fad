/** The company's teams above its people: how many of each are free, and a place to drop a call for all of them. */
import { memo } from "react";
import type { SeenTeam } from "../board_view";
import { useDropZone } from "../dnd";
import { TeamIcon } from "./icons";

interface TeamsProps {
  readonly teams: readonly SeenTeam[];
  /** The team whose people alone are shown. */
  readonly chosen: string | null;
  readonly choose: (team: string | null) => void;
  /** The ids of the calls that I may hand over, as one text. */
  readonly inMyHands: string;
}

export function Teams({ teams, chosen, choose, inMyHands }: TeamsProps) {
  if (teams.length === 0) return null;
  return (
    <ul className="teams" aria-label="Teams">
      {teams.map(({ id, name, free }) => (
        <TeamHead key={id} id={id} name={name} free={free} isChosen={chosen === id} choose={choose} takes={free > 0 ? inMyHands : ""} />
      ))}
    </ul>
  );
}

/** A team as a target of a drag. */
const TEAM = "team:";
export const targetOfTeam = (teamId: string): string => TEAM + teamId;
export const teamAt = (target: string): string | null => (target.startsWith(TEAM) ? target.slice(TEAM.length) : null);

export function freeWords(free: number): string {
  return free === 0 ? "nobody free" : `${free} free`;
}

interface HeadProps {
  readonly id: string;
  readonly name: string;
  readonly free: number;
  readonly isChosen: boolean;
  readonly choose: TeamsProps["choose"];
  /** The ids of the calls that may be dropped on it. */
  readonly takes: string;
}

const TeamHead = memo(function TeamHead({ id, name, free, isChosen, choose, takes }: HeadProps) {
  const zone = useDropZone(targetOfTeam(id), (cardId) => (takes.includes(cardId) ? "open" : "closed"));
  return (
    <li ref={zone.ref} className={`team-head ${free === 0 ? "busy" : ""} ${zone.isOver ? "over" : zone.isOpen ? "open" : ""}`} data-team={id}>
      <button type="button" aria-pressed={isChosen} title={isChosen ? "Show everybody" : `Show only ${name}`} onClick={() => choose(isChosen ? null : id)}>
        <TeamIcon />
        <strong><span className="hidden">Show only </span>{name}</strong>
        <span className="doing">{zone.isOver ? "Drop to hand over" : freeWords(free)}</span>
      </button>
    </li>
  );
});
