/** May this page hear the agent? Asked before going available, so that no caller meets a silent agent. */

export type Microphone = "unknown" | "ready" | "blocked" | "missing" | "busy";

type Media = Pick<MediaDevices, "getUserMedia">;

export async function askForMicrophone(media: Media | undefined = navigator.mediaDevices): Promise<Microphone> {
  if (!media) return "missing";
  try {
    const stream = await media.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return "ready";
  } catch (problem) {
    return microphoneProblem((problem as { name?: string } | null)?.name ?? "");
  }
}

export function microphoneProblem(name: string): Microphone {
  if (name === "NotAllowedError" || name === "SecurityError") return "blocked";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return "busy";
}

export const MICROPHONE_HELP: Record<Exclude<Microphone, "unknown" | "ready">, string> = {
  blocked:
    "The browser does not let this page use the microphone. Allow it in the site settings beside the address bar, then try again.",
  missing: "No microphone was found. Plug in a headset, then try again.",
  busy: "The microphone is in use by another program. Close that program, then try again.",
};
