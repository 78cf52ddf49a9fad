/** A button that opens a menu: arrow keys move, Escape and a click elsewhere close, focus goes back. */
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

export interface MenuItem {
  readonly key: string;
  readonly label: ReactNode;
  readonly detail?: string;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly onChoose?: () => void;
  /** Instead of being chosen: what the menu then shows. */
  readonly page?: (close: () => void) => ReactNode;
}

export interface MenuProps {
  readonly name: string;
  readonly className?: string;
  readonly face: ReactNode;
  readonly heading?: ReactNode;
  readonly items: readonly MenuItem[];
  readonly align?: "start" | "end";
  readonly disabled?: boolean;
  /** Opens the menu whenever it grows: for a key that does what the button does. */
  readonly openings?: number;
}

export function Menu({ name, className, face, heading, items, align = "start", disabled, openings = 0 }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const [page, setPage] = useState<string | null>(null);
  const opened = useRef(openings);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (isOpen && button.current && sheet.current) placeBeside(button.current, sheet.current, align);
    if (!isOpen) setPage(null);
  }, [isOpen, align, page]);
  useLayoutEffect(() => {
    if (openings > opened.current && !disabled) setOpen(true);
    opened.current = openings;
  }, [openings, disabled]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!isOpen) return;
    const elsewhere = (event: Event) => {
      const path = event.composedPath();
      if (!path.includes(sheet.current!) && !path.includes(button.current!)) setOpen(false);
    };
    const scrolled = (event: Event) => !event.composedPath().includes(sheet.current!) && setOpen(false);
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("scroll", scrolled, { capture: true });
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("scroll", scrolled, { capture: true });
    };
  }, [isOpen]);
  // An item that cannot be chosen any more keeps the focus it has: a disabled button would lose it to the
  // card, and the keys with it. The menu may have nothing to choose at first: then it has the focus itself, for Escape.
  const hasChoice = items.some(({ disabled: isOff }) => !isOff);
  useLayoutEffect(() => {
    if (isOpen && page === null) (itemsOf(list.current)[0] ?? list.current)?.focus();
  }, [isOpen, hasChoice, page]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Tab") return setOpen(false);
    if (event.key === "Escape") {
      event.stopPropagation();
      return close();
    }
    const next = nextItem(itemsOf(list.current), event);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  const shownPage = items.find(({ key }) => key === page)?.page;
  return (
    <div className="menu">
      <button ref={button} type="button" className={className} aria-label={name} aria-haspopup="menu" aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined} disabled={disabled} onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => event.key === "ArrowDown" && (event.preventDefault(), setOpen(true))}>
        {face}
      </button>
      {isOpen && (
        <div ref={sheet} className="menu-sheet">
          {!shownPage && heading}
          {shownPage ? (
            <div role="dialog" aria-label={name} data-own-keys onKeyDown={(event) => event.key === "Escape" && (event.stopPropagation(), close())}>
              {shownPage(close)}
            </div>
          ) : <div ref={list} id={id} role="menu" tabIndex={-1} aria-label={name} onKeyDown={onKeyDown}>
            {items.map((item) => (
              <button key={item.key} type="button" tabIndex={-1} aria-disabled={item.disabled || undefined}
                role={item.checked === undefined ? "menuitem" : "menuitemradio"}
                aria-checked={item.checked}
                onClick={() => {
                  if (item.disabled) return;
                  if (item.page) return setPage(item.key);
                  close();
                  item.onChoose?.();
                }}>
                <span>{item.label}</span>
                {item.detail && <small>{item.detail}</small>}
              </button>
            ))}
          </div>}
        </div>
      )}
    </div>
  );
}

const GAP = 6;
const MARGIN = 8;

/** Fixed to the window, as a zone that scrolls would cut it off; above the button if there is no room below. */
function placeBeside(button: HTMLElement, sheet: HTMLElement, align: "start" | "end"): void {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = sheet;
  const wished = align === "end" ? right - width : left;
  const x = Math.max(MARGIN, Math.min(wished, innerWidth - width - MARGIN));
  const fitsBelow = bottom + GAP + height <= innerHeight - MARGIN;
  const y = fitsBelow ? bottom + GAP : Math.max(MARGIN, top - GAP - height);
  sheet.style.left = `${x}px`;
  sheet.style.top = `${y}px`;
}

function itemsOf(list: HTMLElement | null): HTMLElement[] {
  return list ? [...list.querySelectorAll<HTMLElement>("button:not([aria-disabled=true])")] : [];
}

function nextItem(items: readonly HTMLElement[], event: KeyboardEvent): HTMLElement | undefined {
  const here = items.findIndex((item) => item === event.target);
  switch (event.key) {
    case "ArrowDown":
      return items[(here + 1) % items.length];
    case "ArrowUp":
      return items[(here - 1 + items.length) % items.length];
    case "Home":
      return items[0];
    case "End":
      return items[items.length - 1];
    default:
      return undefined;
  }
}
