/** The sign-in page: a form that keeps what was typed, says what is wrong beside it, and fills in demo people. */
import { initials } from "./format";
import { loadPreferences } from "./preferences";

interface DemoAccount {
  readonly tenant: string;
  readonly name: string;
  readonly role: string;
  readonly email: string;
  readonly password: string;
}

const PATIENCE = 10_000;

export function startSignIn(page: Document = document, request: typeof fetch = (...asked) => fetch(...asked), leave = (url: string) => location.assign(url)): void {
  const find = <T extends HTMLElement>(id: string) => page.getElementById(id) as T;
  const [email, password] = [find<HTMLInputElement>("email"), find<HTMLInputElement>("password")];
  const submit = find<HTMLButtonElement>("submit");
  paintTheme(find("sign-in"));
  revealOnWish(find<HTMLButtonElement>("reveal"), password);
  void offerDemoAccounts(page, request, (account) => {
    email.value = account.email;
    password.value = account.password;
    needs(email, "");
    needs(password, "");
    showProblem("");
    submit.focus({ preventScroll: true });
    find("form").scrollIntoView({ block: "nearest" }); // on a phone it is far above the list
  });
  email.focus();

  find<HTMLFormElement>("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const missing = [
      needs(email, email.value.includes("@") ? "" : "Enter your e-mail address, like ana@acme.example."),
      needs(password, password.value ? "" : "Enter your password."),
    ].filter((field) => field !== null);
    if (missing[0]) missing[0].focus();
    else void signIn();
  });

  async function signIn(): Promise<void> {
    showProblem("");
    submit.disabled = true;
    submit.textContent = "Signing in…";
    const problem = await attempt(request, email.value.trim(), password.value);
    if (problem === null) return leave(whereNext(location.search));
    submit.disabled = false;
    submit.textContent = "Sign in";
    showProblem(problem);
    password.select();
    password.focus();
  }

  function needs(field: HTMLInputElement, problem: string): HTMLInputElement | null {
    find(`${field.id}-problem`).textContent = problem;
    field.setAttribute("aria-invalid", String(problem !== ""));
    return problem ? field : null;
  }

  function showProblem(problem: string): void {
    const place = find("problem");
    place.textContent = problem;
    place.hidden = problem === "";
  }
}

/** Null when signed in, else what to tell. */
async function attempt(request: typeof fetch, email: string, password: string): Promise<string | null> {
  try {
    const response = await request("/api/sign-in", {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ email, password }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.ok) return null;
    const said = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
    if (said.code === "wrong-credentials") return "This e-mail and password do not go together. Check both, and try again.";
    return said.detail ?? `The server could not sign you in (${response.status}). Try again in a moment.`;
  } catch {
    return "The server cannot be reached. Check the network, and try again.";
  }
}

/** Back to where one came from, if that is a page of ours; the browser's own reading decides, not ours. */
export function whereNext(search: string, page: string = location.href): string {
  const here = new URL(page);
  const next = read(new URLSearchParams(search).get("next") ?? "/", here.origin);
  return next?.origin === here.origin ? next.href : `${here.origin}/`;
}

function read(address: string, base: string): URL | null {
  try {
    return new URL(address, base);
  } catch {
    return null;
  }
}

function paintTheme(root: HTMLElement): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const { theme } = loadPreferences();
    root.dataset["theme"] = theme === "light" || theme === "dark" ? theme : system.matches ? "dark" : "light";
  };
  paint();
  system.addEventListener("change", paint);
}

function revealOnWish(button: HTMLButtonElement, password: HTMLInputElement): void {
  button.addEventListener("click", () => {
    const shows = password.type === "password";
    password.type = shows ? "text" : "password";
    button.setAttribute("aria-pressed", String(shows));
    button.textContent = shows ? "Hide" : "Show";
  });
}

async function offerDemoAccounts(page: Document, request: typeof fetch, choose: (account: DemoAccount) => void): Promise<void> {
  const response = await request("/api/demo-accounts", { headers: { accept: "application/json" } }).catch(() => null);
  if (!response?.ok) return;
  const accounts = (await response.json()) as DemoAccount[];
  if (accounts.length === 0) return;
  const place = page.getElementById("demo-companies")!;
  for (const tenant of new Set(accounts.map((account) => account.tenant))) {
    const heading = page.createElement("h3");
    heading.textContent = tenant;
    const list = page.createElement("ul");
    list.append(...accounts.filter((account) => account.tenant === tenant).map((account) => demoButton(page, account, choose)));
    place.append(heading, list);
  }
  page.getElementById("demo")!.hidden = false;
}

function demoButton(page: Document, account: DemoAccount, choose: (account: DemoAccount) => void): HTMLElement {
  const item = page.createElement("li");
  const button = page.createElement("button");
  button.type = "button";
  const [avatar, name, role] = [page.createElement("span"), page.createElement("span"), page.createElement("small")];
  avatar.className = "avatar";
  avatar.setAttribute("aria-hidden", "true");
  avatar.dataset["initials"] = initials(account.name);
  name.textContent = account.name;
  role.textContent = account.role;
  button.append(avatar, name, role);
  button.addEventListener("click", () => choose(account));
  item.append(button);
  return item;
}
