import type { SeenCall } from "../board_view";
import type { Target } from "../moves";
import { type ColleagueMenu as Kind } from "../screen";
import { phoneNumber } from "../format";
import { useScreen, useStore, useView } from "./context";
import { AddIcon, ConsultIcon, OutsideIcon, TeamIcon, TransferIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { Menu } from "./menu";
import { OutsideForm } from "./outside_form";
import { presenceWords } from "./presence_mark";
import { freeWords } from "./teams";

const WORDS = {
  transfer: { name: "Transfer to a colleague", face: <><TransferIcon />Transfer<KeyHint keys="T" /></>, heading: "It rings at them; the caller hears music" },
  consult: { name: "Consult a colleague", face: <><ConsultIcon />Consult<KeyHint keys="C" /></>, heading: "You speak to them first; the caller hears music" },
  add: { name: "Add a person", face: <><AddIcon />Add<span className="hidden"> a person</span><KeyHint keys="⇧C" /></>, heading: "They talk with all of you at once" },
} as const;

interface ColleagueMenuProps {
  readonly kind: Kind;
  readonly call: SeenCall;
  readonly disabled: boolean;
  /** Of a call that is not in hand: the keys open the other one. */
  readonly isSmall?: boolean;
}

/**
 * Whom to hand the call to, to ask first, or to add; dropping the card on a colleague or on a team hands it over, or
 * adds the colleague once all three talk.
 */
export function ColleagueMenu({ kind, call: { id: callId, caller }, disabled, isSmall = false }: ColleagueMenuProps) {
  const store = useStore();
  const { menusAsked } = useScreen();
  const { team, teams, me, reachable } = useView();
  const { name, face, heading } = WORDS[kind];
  const choose = (target: Target) => (kind === "transfer" ? store.transfer(callId, target) : store.consult(callId, target));
  const colleagues = team.filter(({ agent, presence }) => agent.id !== me?.agent.id && presence !== "offline");
  const items = colleagues.map((member) => ({
    key: member.agent.id,
    label: member.agent.name,
    detail: presenceWords(member).toLowerCase(),
    disabled: !reachable.includes(member),
    onChoose: () => choose({ to: member.agent.id }),
  }));
  const whole = kind !== "transfer" ? [] : teams.map(({ id, name, free }) => ({
    key: id,
    label: <><TeamIcon />{name}</>,
    detail: freeWords(free),
    disabled: free === 0,
    onChoose: () => store.transfer(callId, { team: id }),
  }));
  const outside = {
    key: "outside",
    label: <><OutsideIcon />A number outside…</>,
    page: (close: () => void) => <OutsideForm kind={kind} callId={callId} caller={caller} close={close} />,
  };
  return (
    <Menu name={isSmall ? `${name}: ${phoneNumber(caller)}` : name} className={isSmall ? "button small" : "button"} face={isSmall ? <TransferIcon /> : face}
      items={[...whole, ...items, outside]} disabled={disabled} openings={isSmall ? 0 : menusAsked[kind]} align={isSmall ? "end" : "start"}
      heading={<p className="menu-heading">{reachable.length > 0 ? heading : "No colleague is available now"}</p>} />
  );
}
