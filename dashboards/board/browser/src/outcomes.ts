/** What became of a call, in a word: of one that came in, and of one that we made. */
import { isOutbound } from "./parties";
import type { Call, EndReason } from "./wire";

const CAME_IN: Record<EndReason, string> = {
  completed: "Answered",
  abandoned: "Abandoned",
  no_answer: "Nobody answered",
  busy: "Busy",
  failed: "Broke off",
  rejected: "Ended unanswered",
  canceled: "Cancelled",
};

const WENT_OUT: Record<EndReason, string> = {
  completed: "Answered",
  abandoned: "Hung up",
  no_answer: "No answer",
  busy: "Busy",
  failed: "Not reached",
  rejected: "Refused",
  canceled: "Given up",
};

export function outcomeOf(call: Call): string {
  if (!call.end_reason) return "Ended";
  if (call.end_reason === "failed" && call.answered_at) return "Broke off";
  return (isOutbound(call) ? WENT_OUT : CAME_IN)[call.end_reason];
}

interface Told {
  readonly title: string;
  readonly detail: string;
}

/** Why nobody took my call, and what there is to do. */
export function nothingCameOfIt(call: Call): Told {
  switch (call.end_reason) {
    case "busy":
      return { title: "Busy", detail: "They are on another call. Try again in a while." };
    case "no_answer":
      return { title: "No answer", detail: "It rang, and nobody took it." };
    case "rejected":
      return { title: "Refused", detail: "The call was not let through. Check the number, or try another one of theirs." };
    default:
      return { title: "Not reached", detail: "The number could not be reached. Check it, then try again." };
  }
}
