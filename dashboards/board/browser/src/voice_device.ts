/** What the softphone needs of the Voice SDK, so that a test can hand it a device of its own. */

export interface VoiceCall {
  on(event: string, listener: (...said: never[]) => void): unknown;
  mute(muted: boolean): void;
  sendDigits(digits: string): void;
  disconnect(): void;
  getRemoteStream(): MediaStream | undefined;
}

export interface VoiceDevice {
  connect(options: { params: Record<string, string> }): Promise<VoiceCall>;
  on(event: string, listener: (...said: never[]) => void): unknown;
  updateToken(token: string): void;
  destroy(): void;
}

export type VoiceDeviceClass = new (token: string, options: Record<string, unknown>) => VoiceDevice;

/** The SDK's errors, told apart by what they ask of us. */
export type VoiceTrouble = "token" | "microphone-blocked" | "microphone-busy" | "line";

export function troubleOf(problem: unknown): VoiceTrouble {
  const code = (problem as { code?: number } | null)?.code ?? 0;
  const name = (problem as { name?: string } | null)?.name ?? "";
  if (TOKEN_CODES.has(code)) return "token";
  if (code === 31401 || name === "NotAllowedError") return "microphone-blocked";
  if (code === 31402 || name === "NotFoundError" || name === "NotReadableError") return "microphone-busy";
  return "line";
}

/** Invalid, expired or not yet valid token, and the SDK's own older spellings of the same. */
const TOKEN_CODES = new Set([20101, 20104, 20151, 20157, 31201, 31202, 31203, 31204, 31205]);

/** A promise of the SDK did not settle in time; some never do. */
export class TooSlow extends Error {}

/** Settles as `promise` does, or fails as too slow after `milliseconds`. */
export function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new TooSlow()), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
