/** The keys of the board, and the switch for those who would rather not have them. */
import { useEffect, useRef } from "react";
import { SHORTCUTS, SLOT_KEYS } from "../shortcuts";
import { useScreen, useStore } from "./context";
import { CloseIcon } from "./icons";

export function HelpDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const store = useStore();
  const { preferences, view } = useScreen();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (isOpen && !element?.open) element?.showModal();
    if (!isOpen && element?.open) element.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}>
      <div className="help-body">
        <header>
          <h2 id="help-title">Keyboard</h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={onClose}><CloseIcon /></button>
        </header>
        <dl>
          {SHORTCUTS.map(({ keys, words }) => (
            <div key={keys}><dt><kbd>{keys === SLOT_KEYS ? slotKeys(view?.lot.length) : keys}</kbd></dt><dd>{words}</dd></div>
          ))}
          <div><dt><kbd>Space</kbd></dt><dd>Lift the call that has the focus; arrows choose where it goes, space puts it down</dd></div>
          <div><dt><kbd>Esc</kbd></dt><dd>Close a menu, a pad or this dialog; put a lifted call back</dd></div>
          <div><dt><kbd>?</kbd></dt><dd>Show this</dd></div>
        </dl>
        <label className="check">
          <input type="checkbox" checked={preferences.singleKeys} onChange={(event) => store.prefer({ singleKeys: event.target.checked })} />
          <span>Single-key shortcuts<small>Turn them off if you speak to your computer or press keys by accident.</small></span>
        </label>
      </div>
    </dialog>
  );
}

/** Only the slots there are; those above nine have no key. */
function slotKeys(slots = 9): string {
  return slots > 1 ? `1 – ${Math.min(slots, 9)}` : "1";
}
