import { duration, isoDuration } from "../format";
import { useNow } from "./context";

/** How long ago something began, counting up. */
export function Elapsed({ since, className }: { since: string | number; className?: string }) {
  const begun = typeof since === "number" ? since : Date.parse(since);
  const elapsed = useNow() - Math.floor(begun / 1000) * 1000;
  return (
    <time className={`clock ${className ?? ""}`} dateTime={isoDuration(elapsed)}>
      {duration(elapsed)}
    </time>
  );
}
