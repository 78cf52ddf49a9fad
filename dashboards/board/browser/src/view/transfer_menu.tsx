import { useScreen, useStore, useView } from "./context";
import { TransferIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { Menu } from "./menu";
import { PRESENCE_WORDS } from "./presence_mark";

/** Hands the call to a colleague; dropping the card on them in the team does the same. */
export function TransferMenu({ callId, disabled }: { callId: string; disabled: boolean }) {
  const store = useStore();
  const { transfersAsked } = useScreen();
  const { team, me, reachable } = useView();
  const colleagues = team.filter(({ agent, presence }) => agent.id !== me?.agent.id && presence !== "offline");
  const items = colleagues.map((member) => ({
    key: member.agent.id,
    label: member.agent.name,
    detail: PRESENCE_WORDS[member.presence].toLowerCase(),
    disabled: !reachable.includes(member),
    onChoose: () => store.transfer(callId, member.agent.id),
  }));
  return (
    <Menu name="Transfer to a colleague" className="button" items={items} align="end" disabled={disabled} openings={transfersAsked}
      face={<><TransferIcon />Transfer<KeyHint keys="T" /></>}
      heading={<p className="menu-heading">{reachable.length > 0 ? "The caller hears music until they answer" : "No colleague is available now"}</p>} />
  );
}
