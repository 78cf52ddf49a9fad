/** The twelve keys of a telephone, as real buttons. */
import { useRef } from "react";
import { TELEPHONE_KEYS } from "../keypad";

const LONG_PRESS = 500;
const NAMES: Readonly<Record<string, string>> = { "*": "star", "#": "hash" };

export interface TelephoneKeysProps {
  readonly onKey: (key: string) => void;
  /** A long press on 0 is a plus, as on every mobile phone. */
  readonly hasPlus?: boolean;
  readonly disabled?: boolean;
}

export function TelephoneKeys({ onKey, hasPlus = false, disabled = false }: TelephoneKeysProps) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wasLong = useRef(false);
  const down = (key: string) => {
    wasLong.current = false;
    clearTimeout(timer.current);
    if (!hasPlus || key !== "0") return;
    timer.current = setTimeout(() => {
      wasLong.current = true;
      onKey("+");
    }, LONG_PRESS);
  };
  const up = () => clearTimeout(timer.current);
  return (
    <div className="telephone-keys" role="group" aria-label="Keys">
      {TELEPHONE_KEYS.map(({ key, letters }) => (
        <button key={key} type="button" disabled={disabled} aria-label={NAMES[key] ?? key}
          {...(hasPlus && key === "0" ? { title: "Hold for +" } : {})}
          onPointerDown={() => down(key)} onPointerUp={up} onPointerLeave={up} onContextMenu={(event) => hasPlus && key === "0" && event.preventDefault()}
          onClick={() => (wasLong.current ? (wasLong.current = false) : onKey(key))}>
          <span>{key === "*" ? "∗" : key}</span>
          <small>{letters === "+" && !hasPlus ? "" : letters}</small>
        </button>
      ))}
    </div>
  );
}
