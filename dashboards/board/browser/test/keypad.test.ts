import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Keypad, type KeypadState } from "../src/keypad";

let sent: string[];
let isThere: boolean;
let state: KeypadState | undefined;
let keypad: Keypad;

beforeEach(() => {
  vi.useFakeTimers();
  [sent, isThere, state] = [[], true, undefined];
  keypad = new Keypad((digits) => isThere && sent.push(digits) > 0, (next) => (state = next));
  keypad.follow("call-1");
});
afterEach(() => vi.useRealTimers());

describe("digits that are pressed faster than they sound", () => {
  it("are all sent, those that wait together and after the first has sounded", () => {
    for (const digit of "1234") keypad.press(digit);
    expect(sent).toEqual(["1"]);
    expect(state?.sent).toBe("1234");
    vi.advanceTimersByTime(250);
    expect(sent).toEqual(["1", "234"]);
    keypad.press("5");
    vi.advanceTimersByTime(500);
    expect(sent).toHaveLength(2);
    vi.advanceTimersByTime(250);
    expect(sent).toEqual(["1", "234", "5"]);
  });
});

describe("what was sent", () => {
  it("is shown for as long as the call lasts, and only if it was sent", () => {
    isThere = false;
    keypad.press("7");
    expect(state).toBeUndefined();
    isThere = true;
    keypad.press("8");
    keypad.follow(null);
    keypad.follow("call-1");
    expect(state?.sent).toBe("8");
    keypad.follow("call-2");
    expect(state?.sent).toBe("");
  });
});
