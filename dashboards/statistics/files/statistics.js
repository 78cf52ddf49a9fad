/** What the statistics pages do in the browser, beside Panel: colours, the line, clocks. */

const KEY = "patchbay.preferences";
const THEMES = { auto: "light", light: "dark", dark: "auto" };
const root = document.documentElement;

// -- colours: the board remembers its own in the same place; the server draws the charts in them.

function preferences() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function shown(wish) {
  return wish === "auto" ? (systemIsDark.matches ? "dark" : "light") : wish;
}

/** Tells the server, and asks it for the page anew if it has drawn it in other colours. */
function keepColours() {
  const wish = preferences().theme ?? "auto";
  const theme = shown(wish);
  if (wish === root.dataset.themeWish && theme === root.dataset.theme) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `patchbay_theme=${wish}.${theme}; Path=/statistics; Max-Age=31536000; SameSite=Lax${secure}`;
  // A browser that keeps no cookie would be asked for ever.
  if (document.cookie.includes(`patchbay_theme=${wish}.${theme}`)) location.reload();
}

document.getElementById("theme").addEventListener("click", () => {
  const wish = THEMES[root.dataset.themeWish] ?? "auto";
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...preferences(), theme: wish }));
  } catch {
    return;
  }
  keepColours();
});
systemIsDark.addEventListener("change", keepColours);
keepColours();

// -- the line: a page whose server has gone is dead for good, and comes back by a reload. All that
// it shows is named by its address, so nothing is lost.

async function comeBack() {
  document.getElementById("broken").hidden = false;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (answer.ok || answer.type === "opaqueredirect") return location.reload();
    } catch {
      // still away
    }
  }
}

function watchTheLine() {
  const [page] = window.Bokeh?.documents ?? [];
  if (!page) return void setTimeout(watchTheLine, 50);
  page.on_event("connection_lost", () => void comeBack());
}
watchTheLine();

// -- clocks: the server draws a pane when something has happened, and not because a second has passed.

const firstSeen = new WeakMap();

function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The document and every shadow root in it: Panel gives each pane one of its own. */
function* places(root = document) {
  yield root;
  for (const element of root.querySelectorAll("*")) if (element.shadowRoot) yield* places(element.shadowRoot);
}

function moveClocks() {
  const now = performance.now();
  for (const place of places()) {
    for (const time of place.querySelectorAll("time[data-age]")) {
      if (!firstSeen.has(time)) firstSeen.set(time, now);
      time.textContent = clock(Number(time.dataset.age) + (now - firstSeen.get(time)) / 1000);
    }
  }
}
setInterval(moveClocks, 500);
