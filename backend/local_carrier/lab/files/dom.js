// Elements are kept by key and only their changed texts are written, so that focus, open details
// and scroll positions survive every look.

export const byId = id => document.getElementById(id);

export function element(tag, { text, className, ...more } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), more);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// A name and what is too long to read of it: in small, or in the title.
export function writeName(node, { text, small = '', title = '' }) {
  const wanted = small ? `${text} ${small}` : text;
  if (node.textContent !== wanted) {
    node.replaceChildren(text, ...(small ? [' ', element('small', { text: small })] : []));
  }
  if (node.title !== title) node.title = title;
}

// Keeps one child per item, in order; `make` builds it once, `fill` writes what changed. What is gone
// leaves first, so that the others need not move: moving an element takes the focus from it.
export function keep(list, items, key, make, fill = () => {}) {
  const focused = document.activeElement;
  const wanted = new Set(items.map(item => String(key(item))));
  const kept = new Map();
  for (const child of [...list.children]) {
    if (wanted.has(child.dataset.key)) kept.set(child.dataset.key, child);
    else child.remove();
  }
  items.forEach((item, at) => {
    const id = String(key(item));
    let child = kept.get(id);
    if (!child) {
      child = make(item);
      child.dataset.key = id;
    }
    fill(child, item);
    if (list.children[at] !== child) list.insertBefore(child, list.children[at] ?? null);
  });
  if (focused !== document.activeElement && list.contains(focused)) focused.focus({ preventScroll: true });
}

// Options of a select, written anew only when they change; the choice is kept.
export function keepOptions(select, options) {
  const wanted = JSON.stringify(options);
  if (select.dataset.shown === wanted) return;
  const chosen = select.value;
  select.dataset.shown = wanted;
  select.replaceChildren(...options.map(({ value, text }) => element('option', { value, text })));
  if (options.some(({ value }) => value === chosen)) select.value = chosen;
}

export const time = iso => new Date(iso).toLocaleTimeString([], { hour12: false });

export function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
