import type { ReactNode } from "react";
import { initials } from "../format";

/** A person's initials as a picture: drawn by the style, so that they are no part of anybody's name. */
export function Avatar({ name, children }: { name: string; children?: ReactNode }) {
  return (
    <span className="avatar" data-initials={initials(name)} aria-hidden="true">
      {children}
    </span>
  );
}
