/** What the statistics pages do in the browser, beside Panel: colours, the line, the alarm, forms. */

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
