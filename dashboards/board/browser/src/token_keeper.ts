/**
 * Keeps the voice token fresh on a timer of its own: the SDK's event comes only once. While a call is
 * in progress a renewal waits as long as it can, because some browsers glitch when it happens.
 */
import type { VoiceToken } from "./wire";

const RENEW_AT_LIFE = 0.5;
const LAST_MOMENT = 60_000;
const SPARE = 20_000;
const RETRY = 5_000;
const LONGEST_TIMER = 2_000_000_000;

export class TokenKeeper {
  private current: { token: VoiceToken; fetchedAt: number } | null = null;
  private pending: Promise<VoiceToken> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fetchToken: () => Promise<VoiceToken>,
    private readonly isBusy: () => boolean,
    private readonly renewed: (token: VoiceToken) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** A token that lives for a while yet; a laptop that slept past the timer gets a new one here. */
  async get(): Promise<VoiceToken> {
    if (this.current && this.expiry() - this.now() > SPARE) return this.current.token;
    return this.renew();
  }

  renew(): Promise<VoiceToken> {
    this.pending ??= this.fetchToken()
      .then((token) => {
        this.current = { token, fetchedAt: this.now() };
        this.renewed(token);
        this.watch();
        return token;
      })
      .finally(() => (this.pending = null));
    return this.pending;
  }

  private watch(): void {
    const { fetchedAt } = this.current!;
    const life = this.expiry() - fetchedAt;
    this.wakeAt(fetchedAt + life * RENEW_AT_LIFE);
  }

  private wakeAt(moment: number): void {
    clearTimeout(this.timer);
    const pause = Math.min(LONGEST_TIMER, Math.max(RETRY, moment - this.now()));
    this.timer = setTimeout(() => this.due(), pause);
  }

  private due(): void {
    const left = this.expiry() - this.now();
    if (this.isBusy() && left > LAST_MOMENT) return this.wakeAt(this.now() + Math.min(left - LAST_MOMENT, RETRY));
    this.renew().catch(() => this.wakeAt(this.now() + RETRY));
  }

  private expiry(): number {
    return this.current ? Date.parse(this.current.token.expires_at) : 0;
  }
}
