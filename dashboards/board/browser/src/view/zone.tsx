/** One zone of the board: a heading, how many are in it, and its content, which scrolls by itself. */
import { useId, type ReactNode } from "react";

export interface ZoneProps {
  readonly zone: "incoming" | "mine" | "lot" | "team" | "recent";
  readonly title: string;
  readonly count?: ReactNode;
  readonly aside?: ReactNode;
  readonly className?: string;
  /** Its content is a list to be read, perhaps with nothing to press in it: the keyboard must be able to scroll it. */
  readonly isList?: boolean;
  readonly dropRef?: (element: HTMLElement | null) => void;
  readonly children: ReactNode;
}

export function Zone({ zone, title, count, aside, className, isList, dropRef, children }: ZoneProps) {
  const id = useId();
  return (
    <section ref={dropRef} className={`zone zone-${zone} ${className ?? ""}`} data-zone={zone} aria-labelledby={id}>
      <header className="zone-head">
        <h2 id={id} tabIndex={-1}>{title}</h2>
        {count !== undefined && <span className="count">{count}</span>}
        {aside && <span className="zone-aside">{aside}</span>}
      </header>
      <div className="zone-body" {...(isList ? { tabIndex: 0, role: "group", "aria-labelledby": id } : {})}>
        {children}
      </div>
    </section>
  );
}

export function Empty({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      {icon}
      <p className="empty-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  );
}
