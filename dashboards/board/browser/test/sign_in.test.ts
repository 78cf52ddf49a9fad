import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { startSignIn } from "../src/sign_in";

const PAGE = readFileSync("src/pages/sign_in.html", "utf8");
const ACCOUNTS = [
  { tenant: "Acme", name: "Ana Ruiz", role: "agent", email: "ana@acme.example", password: "secret" },
  { tenant: "Globex", name: "Eva Lind", role: "agent", email: "eva@globex.example", password: "other" },
];

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const settle = () => new Promise((resolve) => setTimeout(resolve));

let left: string[];
let asked: unknown[];

function open(answer: () => Response | Promise<Response>, demo: () => Response = () => new Response(null, { status: 404 })): void {
  document.documentElement.innerHTML = PAGE.replace(/<script[^>]*><\/script>/g, "");
  globalThis.matchMedia = (() => ({ matches: false, addEventListener: () => undefined })) as unknown as typeof matchMedia;
  const request = ((url: string, init?: RequestInit) => {
    if (url === "/api/demo-accounts") return Promise.resolve(demo());
    asked.push(JSON.parse(String(init?.body)));
    return Promise.resolve().then(answer);
  }) as typeof fetch;
  startSignIn(document, request, (url) => left.push(url));
}

async function submit(email: string, password: string): Promise<void> {
  find<HTMLInputElement>("email").value = email;
  find<HTMLInputElement>("password").value = password;
  find<HTMLFormElement>("form").dispatchEvent(new Event("submit", { cancelable: true }));
  await settle();
}

beforeEach(() => {
  left = [];
  asked = [];
});

describe("signing in", () => {
  it("goes on to the page that was asked for", async () => {
    open(() => Response.json({}));
    await submit(" ana@acme.example ", "secret");
    expect(asked).toEqual([{ email: "ana@acme.example", password: "secret" }]);
    expect(left).toEqual([`${location.origin}/`]);
  });

  it("says beside the field what is missing, and asks nobody", async () => {
    open(() => Response.json({}));
    await submit("ana", "");
    expect(asked).toEqual([]);
    expect(find("email-problem").textContent).toContain("Enter your e-mail");
    expect(find("email").getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(find("email"));
  });

  it("keeps what was typed when it is refused, and says so", async () => {
    open(() => Response.json({ code: "wrong-credentials", detail: "no" }, { status: 401 }));
    await submit("ana@acme.example", "wrong");
    expect(find("problem").hidden).toBe(false);
    expect(find("problem").textContent).toContain("do not go together");
    expect(find<HTMLInputElement>("email").value).toBe("ana@acme.example");
    expect(find<HTMLButtonElement>("submit").disabled).toBe(false);
    expect(document.activeElement).toBe(find("password"));
  });

  it("says in the server's words why it has to wait, and in ours when it does not answer", async () => {
    open(() => Response.json({ code: "too-many", detail: "Wait a minute." }, { status: 429 }));
    await submit("ana@acme.example", "x");
    expect(find("problem").textContent).toBe("Wait a minute.");
    open(() => Promise.reject(new TypeError()));
    await submit("ana@acme.example", "x");
    expect(find("problem").textContent).toContain("cannot be reached");
  });

  it("shows the password on wish", () => {
    open(() => Response.json({}));
    find("reveal").click();
    expect(find<HTMLInputElement>("password").type).toBe("text");
    expect(find("reveal").getAttribute("aria-pressed")).toBe("true");
  });
});

describe("demo accounts", () => {
  it("fill the form in", async () => {
    open(() => Response.json({}), () => Response.json(ACCOUNTS));
    await settle();
    expect(find("demo").hidden).toBe(false);
    const [, eva] = [...find("demo-companies").querySelectorAll("button")];
    const scrolled: Element[] = [];
    Element.prototype.scrollIntoView = function (this: Element) {
      scrolled.push(this);
    };
    eva!.click();
    expect(scrolled).toEqual([find("form")]);
    expect(find<HTMLInputElement>("email").value).toBe("eva@globex.example");
    expect(find<HTMLInputElement>("password").value).toBe("other");
  });

  it("are not there outside of a demo", async () => {
    open(() => Response.json({}));
    await settle();
    expect(find("demo").hidden).toBe(true);
  });
});
