import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const FOLDER = join(__dirname, "../src/style");

function selectors(css: string): string[] {
  const rules = css.replace(/\/\*.*?\*\//gs, "").matchAll(/([^{}]+)\{/g);
  return [...rules].flatMap(([, list = ""]) => topLevel(list)).map((selector) => selector.trim());
}

/** Split at the commas that stand in no parentheses. */
function topLevel(list: string): string[] {
  return list.split(/,(?![^(]*\))/);
}

/** Whatever the rule is about: its last compound, without what stands in parentheses. */
function subject(selector: string): string {
  let plain = selector;
  while (/\([^()]*\)/.test(plain)) plain = plain.replace(/\([^()]*\)/g, "");
  return plain.split(/[\s>+~]+/).pop() ?? "";
}

test("a rule with :has() says by name what it is about", () => {
  // Else every card that comes or goes has the browser style the whole board anew: 3,400 elements
  // in 15 ms, twenty times a second, as `.actions.wide:has(> .small-face) > *` once did.
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".css"));
  const having = files.flatMap((name) => selectors(readFileSync(join(FOLDER, name), "utf8"))).filter((each) => each.includes(":has("));
  expect(having.length).toBeGreaterThan(0);
  expect(having.filter((each) => !/^[.#[\w]/.test(subject(each)))).toEqual([]);
  expect(subject(".actions.wide:has(> .small-face) > *")).toBe("*");
});
