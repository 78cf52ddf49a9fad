/** The keypad in a call: digits for whoever asks to "press 1", by button or from the keyboard while it is open. */
import { useEffect, useLayoutEffect, useRef } from "react";
import { isTelephoneKey } from "../keypad";
import { isTyping } from "../shortcuts";
import { useScreen, useStore } from "./context";
import { CloseIcon, KeypadIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { TelephoneKeys } from "./telephone_keys";

export function KeypadButton({ disabled, isSmall = false }: { disabled: boolean; isSmall?: boolean }) {
  const store = useStore();
  const { keypad } = useScreen();
  const button = useRef<HTMLButtonElement>(null);
  const isOpen = keypad.isOpen && !disabled;
  return (
    <>
      <button ref={button} type="button" className={`button keypad-button ${isSmall ? "small-face" : ""} ${isOpen ? "chosen" : ""}`} aria-label="Keypad"
        title="Send digits into the call" aria-haspopup="dialog" aria-expanded={isOpen} disabled={disabled} onClick={() => store.keypad.toggle()}>
        <KeypadIcon />{!isSmall && "Keypad"}<KeyHint keys="K" />
      </button>
      {isOpen && <OpenKeypad button={button} />}
    </>
  );
}

function OpenKeypad({ button }: { button: React.RefObject<HTMLButtonElement | null> }) {
  const store = useStore();
  const { keypad } = useScreen();
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (button.current && panel.current) placeNextTo(button.current, panel.current);
    panel.current?.focus();
    const opener = button.current;
    return () => opener?.focus();
  }, [button]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const isHere = panel.current !== null && event.composedPath().includes(panel.current);
      if (!isHere && isTyping(event)) return;
      if (event.key === "Escape" || (isHere && event.key.toLowerCase() === "k")) store.keypad.close();
      else if (isTelephoneKey(event.key) && !event.repeat) store.keypad.press(event.key);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [store]);
  return (
    <div ref={panel} className="keypad" role="dialog" aria-label="Keypad" tabIndex={-1} data-own-keys>
      <div className="keypad-top">
        <output className="sent" aria-label="Sent">{keypad.sent || <span>Digits go into the call</span>}</output>
        <button type="button" className="icon-button" aria-label="Close the keypad" onClick={() => store.keypad.close()}><CloseIcon /></button>
      </div>
      <TelephoneKeys onKey={(key) => store.keypad.press(key)} />
    </div>
  );
}

const GAP = 8;

/** Beside the zone of the call, never over what can be done with it: to the right, or to the left if there is no room. */
function placeNextTo(button: HTMLElement, panel: HTMLElement): void {
  const zone = (button.closest("[data-zone]") ?? button).getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const fitsRight = zone.right + GAP + width <= innerWidth;
  const x = fitsRight ? zone.right + GAP : Math.max(GAP, zone.left - GAP - width);
  const y = Math.max(GAP, Math.min(button.getBoundingClientRect().top - 60, innerHeight - height - GAP));
  panel.style.left = `${x}px`;
  panel.style.top = `${y}px`;
}
