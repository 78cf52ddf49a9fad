import { useStore, useView } from "./context";
import { ChevronIcon } from "./icons";
import { Menu } from "./menu";

/** Parks into a slot of one's choice; the plain button takes the first free one. */
export function SlotMenu({ callId, disabled }: { callId: string; disabled: boolean }) {
  const store = useStore();
  const { lot } = useView();
  const items = lot.map(({ slot, call }) => ({
    key: String(slot),
    label: `Slot ${slot}`,
    ...(call ? { detail: "taken" } : {}),
    disabled: call !== null,
    onChoose: () => store.park(callId, slot),
  }));
  return (
    <Menu name="Choose a parking slot" className="button park caret" face={<ChevronIcon />} items={items} align="end" disabled={disabled} />
  );
}
