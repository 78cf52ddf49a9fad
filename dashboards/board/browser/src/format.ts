/** How numbers, times and names are written on the board. */
import type { NotTaken } from "./wire";

const ONE_DIGIT = new Set(["1", "7"]);
const TWO_DIGITS = new Set(
  ("20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 " +
    "81 82 84 86 90 91 92 93 94 95 98").split(" "),
);

/** "+15557654321" reads "+1 555 765 4321"; what is no number is said in words. */
export function phoneNumber(raw: string): string {
  if (!/^\+\d{5,15}$/.test(raw)) return raw && !/^(anonymous|restricted|unavailable)$/i.test(raw) ? raw : "Number withheld";
  const digits = raw.slice(1);
  const country = ONE_DIGIT.has(digits[0]!)
    ? digits.slice(0, 1)
    : TWO_DIGITS.has(digits.slice(0, 2))
      ? digits.slice(0, 2)
      : digits.slice(0, 3);
  const rest = digits.slice(country.length);
  const groups = groupsOf(country, rest);
  const parts = groups ? inGroups(rest, groups) : inThrees(rest);
  return `+${country} ${parts.join(" ")}`;
}

/** Where people are used to other groups; null where groups of three will do. */
function groupsOf(country: string, rest: string): readonly number[] | null {
  if (country === "1" && rest.length === 10) return [3, 3, 4];
  if (country === "33" && rest.length === 9) return [1, 2, 2, 2, 2];
  if (country === "44" && rest.length === 10) return rest.startsWith("2") ? [2, 4, 4] : [4, 3, 3];
  if (country === "49" && /^(30|40|69|89)\d{6,8}$/.test(rest)) return rest.length > 8 ? [2, 4, rest.length - 6] : [2, 3, 3];
  return null;
}

function inGroups(digits: string, sizes: readonly number[]): string[] {
  let at = 0;
  return sizes.map((size) => digits.slice(at, (at += size)));
}

/** Groups of three, the last of two to four: "9161234567" is "916 123 4567". */
function inThrees(digits: string): string[] {
  const parts: string[] = [];
  let rest = digits;
  while (rest.length > 4) {
    parts.push(rest.slice(0, 3));
    rest = rest.slice(3);
  }
  return [...parts, rest];
}

/** "0:07", "12:34", "1:02:03". */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** For a `<time>` element. */
export function isoDuration(milliseconds: number): string {
  return `PT${Math.max(0, Math.floor(milliseconds / 1000))}S`;
}

/** Whose wall clock times of day are those of; this machine's if undefined. */
let timeZone: string | undefined;

export function showTimesIn(zone: string): void {
  timeZone = zone;
}

/** The time of day, with the day in front if it was not today. */
export function timeOfDay(instant: string | number, now: number = Date.now()): string {
  const then = new Date(instant);
  const day = (moment: Date) => moment.toLocaleDateString(undefined, { timeZone });
  const time = then.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", timeZone });
  if (day(then) === day(new Date(now))) return time;
  return `${then.toLocaleDateString(undefined, { day: "numeric", month: "short", timeZone })}, ${time}`;
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? words[words.length - 1]![0]! : "")).toUpperCase();
}

/** "Ana", "Ana and Ben", "Ana, Ben and Cleo". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/** What became of whoever was to take a call and has not. */
export const NOT_TAKEN: Readonly<Record<NotTaken, string>> = {
  declined: "declined",
  no_answer: "did not answer",
  unreachable: "could not be reached",
  left: "left again",
  busy: "was busy",
  failed: "could not be reached",
  canceled: "was not rung any longer",
};

const COUNTRIES = new Intl.DisplayNames("en", { type: "region" });

/** "DE" as people call it. */
export function countryName(code: string): string {
  return COUNTRIES.of(code) ?? code;
}

/** A sentence put together from parts begins with a capital letter. */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
