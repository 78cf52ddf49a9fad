/** What became of a call through others that an agent must not have to guess, as a notice. */
import type { Notice } from "./board_state";
import { phoneNumber, sentence } from "./format";
import { isCallMove, type PendingMove } from "./moves";
import { handedTo } from "./parties";
import { isInHand, type Truth } from "./truth";
import type { BoardEvent, Call } from "./wire";

export function newsOf(before: Truth, after: Truth, pending: readonly PendingMove[], { event, number, call }: BoardEvent): Notice | null {
  const was = call && before.calls[call.id];
  if (!was || number <= before.number) return null;
  const told = event === "call-taken-over" ? takenOver(was, call, after) : notTaken(was, call, after) ?? withoutMe(was, call, after, pending);
  return told && { id: `news-${number}`, tone: "news", ...told };
}

type Words = Pick<Notice, "title" | "detail">;

/** A supervisor took my call: I must not wonder where it went. */
function takenOver(was: Call, is: Call, { me, agents }: Truth): Words | null {
  if (was.agent_id !== me || !is.agent_id || is.agent_id === me) return null;
  const who = agents[is.agent_id]?.name ?? "a supervisor";
  return { title: sentence(`${who} took your call over`), detail: `The call from ${phoneNumber(is.caller)} is theirs now.` };
}

/** Whom I handed a call to did not take it, and as I have others it does not come back to me. */
function notTaken({ transfer }: Call, is: Call, { me, agents, teams }: Truth): Words | null {
  if (!transfer || transfer.by !== me || transfer.failed || is.transfer || is.state !== "ringing") return null;
  const who = handedTo(transfer, (id) => agents[id]?.name ?? teams.find((team) => team.id === id)?.name ?? "a colleague");
  return { title: sentence(`${who} did not take your call`), detail: `${phoneNumber(is.caller)} rings at everybody now.` };
}

/** I was one of those in a call, and am let go. Whoever left by themselves knows. */
function withoutMe(was: Call, is: Call, { me }: Truth, pending: readonly PendingMove[]): Words | null {
  if (was.agent_id === me || !isInHand(was, me) || isInHand(is, me) || is.state !== "connected") return null;
  if (pending.some(({ move }) => isCallMove(move) && move.callId === is.id)) return null;
  return { title: "You are out of the call", detail: `The call with ${phoneNumber(is.caller)} goes on without you.` };
}
