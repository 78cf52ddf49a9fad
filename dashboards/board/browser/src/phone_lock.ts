/**
 * Which tab is the phone: exactly one per person and company, the one that holds a Web Lock. The lock
 * falls free by itself when its tab closes or crashes; another tab can take it by hand.
 */

export type Locks = Pick<LockManager, "request">;

export class PhoneLock {
  private waiting = new AbortController();

  constructor(
    private readonly name: string,
    /** Called with true when this tab becomes the phone, with false when another tab takes it. */
    private readonly changed: (isPhone: boolean) => void,
    private readonly locks: Locks | undefined = navigator.locks,
  ) {}

  hold(): void {
    // Without the API (a page that is not a secure context) every tab is its own phone.
    if (!this.locks) return this.changed(true);
    this.request({ ifAvailable: true });
  }

  take(): void {
    this.waiting.abort();
    this.waiting = new AbortController();
    this.request({ steal: true });
  }

  private request(options: LockOptions): void {
    const granted = (lock: Lock | null) => {
      if (!lock) return this.wait();
      this.changed(true);
      return new Promise<void>(() => undefined); // held for as long as the page lives
    };
    this.locks?.request(this.name, options, granted).catch(() => {
      if (!options.signal?.aborted) this.wait();
    });
  }

  /** Another tab is the phone: be the next. */
  private wait(): void {
    this.changed(false);
    this.request({ signal: this.waiting.signal });
  }
}

export function phoneLockName(tenantId: string, personId: string): string {
  return `patchbay-phone:${tenantId}:${personId}`;
}
