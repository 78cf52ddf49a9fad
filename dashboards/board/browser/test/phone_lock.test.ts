import { describe, expect, it } from "vitest";
import { PhoneLock, phoneLockName, type Locks } from "../src/phone_lock";

/** Web Locks as the standard has them: one holder, a queue, and stealing. */
class FakeLocks {
  private holder: { lose: (problem: Error) => void } | null = null;
  private queue: (() => void)[] = [];

  readonly request = ((_name: string, options: LockOptions, granted: (lock: Lock | null) => Promise<unknown>) =>
    new Promise<unknown>((resolve, reject) => {
      const hold = () => {
        this.holder = { lose: reject };
        granted({} as Lock).then(resolve, reject);
      };
      if (options.steal) {
        this.holder?.lose(new DOMException("stolen", "AbortError"));
        return hold();
      }
      if (!this.holder) return hold();
      if (options.ifAvailable) return void Promise.resolve(granted(null)).then(resolve, reject);
      this.queue.push(hold);
      options.signal?.addEventListener("abort", () => {
        this.queue = this.queue.filter((waiting) => waiting !== hold);
        reject(new DOMException("aborted", "AbortError"));
      });
      return undefined;
    })) as unknown as Locks["request"];

  /** The holder's tab was closed. */
  close(): void {
    this.holder = null;
    this.queue.shift()?.();
  }
}

function tab(locks: Locks): { lock: PhoneLock; isPhone: boolean | null } {
  const seen = { isPhone: null as boolean | null };
  const lock = new PhoneLock(phoneLockName("acme", "ana"), (isPhone) => (seen.isPhone = isPhone), locks);
  lock.hold();
  return {
    lock,
    get isPhone() {
      return seen.isPhone;
    },
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

describe("the phone tab", () => {
  it("is the first one; the next takes over when it closes", async () => {
    const locks = new FakeLocks();
    const [first, second] = [tab(locks), tab(locks)];
    await settle();
    expect([first.isPhone, second.isPhone]).toEqual([true, false]);
    locks.close();
    await settle();
    expect(second.isPhone).toBe(true);
  });

  it("can be another one by hand, and back again", async () => {
    const locks = new FakeLocks();
    const [first, second] = [tab(locks), tab(locks)];
    await settle();
    second.lock.take();
    await settle();
    expect([first.isPhone, second.isPhone]).toEqual([false, true]);
    first.lock.take();
    await settle();
    expect([first.isPhone, second.isPhone]).toEqual([true, false]);
  });

  it("is every tab where the browser has no locks", () => {
    let isPhone = false;
    new PhoneLock("any", (is) => (isPhone = is), undefined as unknown as Locks).hold();
    expect(isPhone).toBe(true);
  });

  it("is one per person and company", () => {
    expect(phoneLockName("t", "p")).toBe("patchbay-phone:t:p");
  });
});
