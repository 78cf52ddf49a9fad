/** Bringing a file of past calls in: the field for it, what became of it, and the files that there are. */

const FILES = "/api/history-files";
const LONGEST_NAME = 200;
const AGAIN_MS = 3000;
/** After so many the backend has given the file up, too. */
const LOOKS = 220;

/** An element with these properties and children; text is only ever text. */
function made(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

const number = (value) => value.toLocaleString("en-GB");
const calls = (count) => (count === 1 ? "one call" : `${number(count)} calls`);
const size = (bytes) => (bytes < 2 ** 20 ? `${number(Math.ceil(bytes / 1024))} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`);

const AWAY = { detail: "Patchbay does not answer. Check the connection, and try again." };
const BROKEN = { detail: "The connection broke before the whole file was sent, so nothing was brought in. Check it, then choose the file again." };
const UNKNOWN = { isUnknown: true, detail: "Patchbay's answer did not arrive, so it is not known yet what became of it. The list below will show it." };

/** What the backend says to that: whether it is a yes, and its words; else what is to be said. */
async function ask(method, path, otherwise) {
  try {
    const answer = await fetch(path, { method, headers: { Accept: "application/json" } });
    if (answer.status === 204) return { ok: true, said: null };
    const said = await answer.json();
    return { ok: answer.ok, said: answer.ok || said.detail ? said : otherwise };
  } catch {
    return { ok: false, said: otherwise };
  }
}

/** Uploads the file as it is; `onSent` is told how much of it has gone (fetch would tell nothing). */
function upload(file, onSent) {
  return new Promise((resolve) => {
    let isSent = false;
    const request = new XMLHttpRequest();
    request.open("POST", `${FILES}?name=${encodeURIComponent(file.name.slice(0, LONGEST_NAME))}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => onSent(event.loaded / event.total));
    request.upload.addEventListener("load", () => {
      isSent = true;
      onSent(1);
    });
    request.addEventListener("load", () => {
      const said = request.response;
      const ok = request.status === 200 && said !== null;
      resolve({ ok, said: ok || said?.detail ? said : UNKNOWN }); // or a proxy has answered
    });
    request.addEventListener("error", () => resolve({ ok: false, said: isSent ? UNKNOWN : BROKEN }));
    request.send(file);
  });
}

function table(heads, rows) {
  const head = heads.map(({ title, isNumber }) => made("th", { textContent: title, className: isNumber ? "n" : "" }));
  return made("table", {}, made("thead", {}, made("tr", {}, ...head)), made("tbody", {}, ...rows));
}

function cell(text, className = "") {
  return made("td", { textContent: text, className });
}

function scrolling(kind, title, ...children) {
  const card = made("section", { className: `card scroll ${kind}`, tabIndex: 0 }, made("h2", { textContent: title }), ...children);
  card.setAttribute("aria-label", title);
  return card;
}

/** What was brought in, with the way to its figures. */
function welcome(said, name) {
  if (said.known_since) {
    return made("p", { className: "done", textContent: `${name} was brought in before; nothing has changed.` });
  }
  const days = said.calls ? `, ${said.first_day} to ${said.last_day} (times of ${said.time_zone})` : "";
  const told = made("p", { className: "done" }, `${name}: ${calls(said.calls)}${days}. They are your history now. `);
  if (said.calls) {
    told.append(made("a", { href: `/statistics/history?first=${said.first_day}&last=${said.last_day}`, textContent: "Look at them" }));
  }
  if (said.back_again) told.append(` It was brought in before, but ${calls(said.back_again)} of it had gone with a file that was taken back.`);
  if (said.ignored.length) told.append(` Columns that were not looked at: ${said.ignored.join(", ")}.`);
  return told;
}

/** Why it was not brought in: in a sentence, and row by row. */
function report(said, name) {
  const parts = [made("p", { className: "problem", textContent: `${name}: ${said.detail}` })];
  parts[0].setAttribute("role", "alert");
  if (!said.problems?.length) return parts;
  const rows = said.problems.map((each) => made("tr", {}, cell(number(each.row), "n"), cell(each.column), cell(each.reason, "wrap")));
  const heads = [{ title: "Row", isNumber: true }, { title: "Column" }, { title: "What is wrong" }];
  const note = "Rows are counted from 1, without the line of column names.";
  const more = said.more ? ` ${number(said.more)} more are wrong. In all: ${said.kinds.map(([n, column, code]) => `${number(n)} × ${column} (${code})`).join(", ")}.` : "";
  const rest = made("p", { className: "note", textContent: note + more });
  return [...parts, scrolling("bounded", "What is wrong", rest, table(heads, rows))];
}

/** The last cell of a file's row: taking it back, which is asked twice. */
function wayBack(file, takeBack) {
  const box = made("td", { className: "ask" });
  const first = made("button", { type: "button", className: "plain", textContent: "Take back" });
  const keep = made("button", { type: "button", className: "plain", textContent: "Keep" });
  const sure = made("button", { type: "button", className: "plain bad", textContent: `Yes, take ${calls(file.calls)} back` });
  first.setAttribute("aria-label", `Take back ${file.name}`);
  first.addEventListener("click", () => {
    box.replaceChildren(sure, keep);
    keep.focus();
  });
  keep.addEventListener("click", () => {
    box.replaceChildren(first);
    first.focus();
  });
  sure.addEventListener("click", () => {
    sure.disabled = keep.disabled = true;
    takeBack(file);
  });
  box.append(first);
  return box;
}

/** The files that there are. */
function shelf(told, takeBack) {
  const clock = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: told.time_zone });
  const rows = told.files.map((file) => {
    const days = cell(file.first_day ? `${file.first_day} to ${file.last_day}` : "–");
    const at = cell(clock.format(new Date(file.imported_at)));
    const many = cell(number(file.calls), "n");
    Object.entries({ Calls: many, Days: days, "Brought in": at }).forEach(([head, each]) => (each.dataset.head = head));
    return made("tr", {}, cell(file.name, "wrap"), many, days, at, wayBack(file, takeBack));
  });
  if (!rows.length) rows.push(made("tr", {}, made("td", { colSpan: 5, className: "none", textContent: "None yet." })));
  const heads = [{ title: "File" }, { title: "Calls", isNumber: true }, { title: "Days" }, { title: "Brought in" }, { title: "", isNumber: true }];
  return scrolling("files", "Files that were brought in", table(heads, rows));
}

export function render({ model, el }) {
  const input = made("input", { type: "file", accept: ".csv,.parquet,text/csv", className: "hidden" });
  const wish = made("strong");
  const limit = made("span", { className: "note" });
  const drop = made("label", { className: "drop" }, input, wish, limit);
  const start = made("button", { type: "button", className: "primary", textContent: "Bring it in" });
  const progress = made("progress", { hidden: true, max: 1 });
  const status = made("span", { className: "note" });
  const result = made("div", { className: "stack" });
  const files = made("div", { className: "stack" });
  let chosen = null;
  let there = [];
  let shown = "";
  let mostBytes = Infinity;
  let isBusy = false;
  progress.setAttribute("aria-label", "How far the file is");
  status.setAttribute("role", "status");

  function follow() {
    wish.textContent = chosen ? `${chosen.name} (${size(chosen.size)})` : "Drop a CSV or Parquet file here, or choose one";
    start.disabled = isBusy || !chosen;
    input.disabled = isBusy;
    progress.hidden = !isBusy;
  }

  function choose(file) {
    if (isBusy || !file) return;
    input.value = ""; // or the same one, mended, would be no change
    result.replaceChildren();
    status.textContent = "";
    chosen = file.size <= mostBytes ? file : null;
    if (!chosen) {
      const detail = `It has ${size(file.size)}, and at most ${size(mostBytes)} are taken here. Bring it in in parts.`;
      result.replaceChildren(...report({ detail }, file.name));
    }
    follow();
  }

  function showHowFar(share) {
    const whole = share >= 1;
    if (whole) progress.removeAttribute("value");
    else progress.value = share;
    status.textContent = whole ? "It is read and checked, row by row…" : `${Math.floor(share * 100)} % sent`;
  }

  async function bringIn() {
    const file = chosen;
    isBusy = true;
    result.replaceChildren();
    showHowFar(0);
    follow();
    const { ok, said } = await upload(file, showHowFar);
    isBusy = false;
    status.textContent = "";
    chosen = null; // the browser reads none that has been mended since
    const told = ok ? [welcome(said, file.name)] : report(said, file.name);
    result.replaceChildren(...told);
    follow();
    const before = there;
    await list();
    if (said.isUnknown) await find(told[0], () => there.some((id) => !before.includes(id)), `${file.name} is in the list now: it was brought in.`);
  }

  async function takeBack(file) {
    const { ok, said } = await ask("DELETE", `${FILES}/${file.id}`, UNKNOWN);
    const done = `${file.name} was taken back: its calls are your history no longer.`;
    const told = ok ? [made("p", { className: "done", textContent: done })] : report(said, file.name);
    result.replaceChildren(...told);
    shown = ""; // so that it may be asked for again
    await list();
    if (said?.isUnknown) await find(told[0], () => !there.includes(file.id), done);
  }

  /** Nobody knows yet: look again until it is seen, something else is told, or it must be over. */
  async function find(told, isSeen, done) {
    for (let look = 0; look < LOOKS && told.isConnected; look += 1) {
      if (isSeen()) return result.replaceChildren(made("p", { className: "done", textContent: done }));
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      await list();
    }
  }

  async function list() {
    const { ok, said } = await ask("GET", FILES, AWAY);
    const before = shown;
    shown = ok ? JSON.stringify(said) : "";
    if (!ok) return files.replaceChildren(made("p", { className: "problem", textContent: said.detail }));
    if (shown === before) return;
    there = said.files.map((each) => each.id);
    mostBytes = said.most_bytes;
    limit.textContent = `At most ${Math.floor(said.most_bytes / 2 ** 20)} MB and ${number(said.most_rows)} rows. A file is brought in whole, or not at all; the same one twice changes nothing.`;
    files.replaceChildren(shelf(said, takeBack));
  }

  input.addEventListener("change", () => choose(input.files[0]));
  start.addEventListener("click", () => void bringIn());
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    choose(event.dataTransfer.files[0]);
  });
  result.setAttribute("aria-live", "polite");
  follow();
  void list();

  const field = made("section", { className: "card" }, made("h2", { textContent: "Bring a file in" }), drop, made("div", { className: "under" }, start, progress, status));
  el.append(made("link", { rel: "stylesheet", href: model.sheet }), made("div", { className: "statistics stack" }, field, result, files));
}
