// The lab's page: asks the carrier twice a second what there is, and draws it.
// Elements are kept by id and only their changed texts are written, so that focus, open details
// and scroll positions survive every look.

const LOOK_EVERY_MS = 500;
const SHOWN_DELIVERIES = 200;
const SHOWN_ENDED_PHONES = 6;
const KEYS = '123456789*0#';

const byId = id => document.getElementById(id);
const accountNames = new Map();
let lastDelivery = 0;

async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  const told = text ? JSON.parse(text) : null;
  if (!response.ok) throw new Error(told?.detail ?? `The carrier answered ${response.status}.`);
  return told;
}

function element(tag, { text, className, ...more } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), more);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Keeps one child per item, in order; `make` builds it once, `fill` writes what changed.
function keep(list, items, key, make, fill) {
  const kept = new Map([...list.children].map(child => [child.dataset.key, child]));
  items.forEach((item, at) => {
    const id = String(key(item));
    let child = kept.get(id);
    if (!child) {
      child = make(item);
      child.dataset.key = id;
    }
    kept.delete(id);
    fill(child, item);
    if (list.children[at] !== child) list.insertBefore(child, list.children[at] ?? null);
  });
  for (const gone of kept.values()) gone.remove();
}

// Phones

function makePhone(phone) {
  const keys = element('div', { className: 'keys' }, ...[...KEYS].map(key =>
    element('button', {
      type: 'button', text: key, ariaLabel: `Press ${key}`,
      onclick: () => act(() => ask('POST', `/lab/phones/${phone.sid}/digits`, { digits: key })),
    })));
  const end = element('button', {
    type: 'button', className: 'end', text: 'Hang up',
    onclick: () => act(() => ask('DELETE', `/lab/phones/${phone.sid}`)),
  });
  return element('li', { className: 'phone' },
    element('div', { className: 'who' }, element('b'), element('span', { className: 'chip' })),
    element('p', { className: 'road' }),
    element('div', { className: 'tags' }),
    element('div', { className: 'ear hears' },
      element('span', { className: 'label', text: 'Hears' }), element('span', { className: 'kind' }),
      element('meter', { min: 0, max: 0.4, ariaLabel: 'How loud it hears' }),
      element('span', { className: 'detail' })),
    element('div', { className: 'ear says' },
      element('span', { className: 'label', text: 'Says' }), element('span', { className: 'kind' }),
      element('meter', { min: 0, max: 0.4, ariaLabel: 'How loud it speaks' })),
    keys,
    element('div', { className: 'row' },
      element('details', {}, element('summary', { text: 'Log' }), element('ul', { className: 'lines' })),
      end));
}

function fillPhone(card, phone) {
  const live = isLive(phone);
  const find = selector => card.querySelector(selector);
  card.classList.toggle('over', !live);
  write(find('b'), phone.from);
  const chip = find('.chip');
  chip.className = `chip ${phone.status}`;
  write(chip, live ? `${phone.status} ${clock(phone)}` : phone.status);
  const kind = { caller: 'Caller', softphone: 'Softphone', browser: 'Browser' }[phone.kind];
  const account = accountNames.get(phone.account_sid) ?? phone.account_sid;
  write(find('.road'), `${kind} \u2192 ${phone.to || 'TwiML App'} \u00b7 ${account}`);
  fillTags(find('.tags'), phone);
  const { hears, says } = phone;
  write(find('.hears .kind'), live ? pitched(hears.kind, hears.pitch_hz) : 'nothing any more');
  find('.hears meter').value = live ? hears.level : 0;
  write(find('.hears .detail'), live ? hears.sources.map(source).join(', ') : '');
  write(find('.says .kind'), live && says.pitch_hz ? pitched('tone', says.pitch_hz) : 'nothing');
  find('.says meter').value = live ? says.level : 0;
  for (const part of ['.keys', '.end', '.says']) find(part).hidden = !live;
  const lines = phone.log.map((line, at) => ({ at, text: `${time(line.at)}  ${line.text}` }));
  keep(find('.lines'), lines, line => line.at, () => element('li'),
    (item, line) => write(item, line.text));
}

function fillTags(tags, phone) {
  const shown = [
    phone.conference && { text: `in ${short(phone.conference)}`, className: 'tag' },
    phone.label && { text: phone.label, className: 'tag' },
    phone.on_hold && { text: 'on hold', className: 'tag hold' },
    phone.digits && { text: `pressed ${phone.digits}`, className: 'tag' },
  ].filter(Boolean);
  tags.hidden = !shown.length;
  keep(tags, shown, tag => tag.text, tag => element('span', tag), () => {});
}

const isLive = phone => ['queued', 'ringing', 'in-progress'].includes(phone.status);
const pitched = (kind, hz) => (hz ? `${kind}, ${Math.round(hz)} Hz` : kind);
const short = name => (name.length > 18 ? `${name.slice(0, 16)}\u2026` : name);
const time = iso => new Date(iso).toLocaleTimeString([], { hour12: false });

function clock(phone) {
  const seconds = Math.max(0, (Date.now() - new Date(phone.answered_at ?? phone.created_at)) / 1000);
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function source(heard) {
  if (heard.kind === 'participant') return heard.label ?? heard.sid.slice(0, 10);
  if (heard.kind === 'say') return `\u201c${heard.text}\u201d`;
  return heard.url.replace(/^https?:\/\/[^/]+/, '');
}

// Conferences

function makeConference() {
  return element('li', {}, element('p', { className: 'name' }),
    element('p', { className: 'state' }), element('ul'));
}

function fillConference(item, conference) {
  write(item.querySelector('.name'), conference.friendly_name);
  const state = conference.status === 'init' ? 'waiting for a second participant' : conference.status;
  write(item.querySelector('.state'), `${conference.account} \u00b7 ${state}`);
  keep(item.querySelector('ul'), conference.participants, p => p.call_sid,
    () => element('li', {}, element('span'), element('span', { className: 'tag hold', text: 'hold' }),
      element('span', { className: 'tag', text: 'muted' })),
    (line, p) => {
      const [name, hold, muted] = line.children;
      write(name, p.label ? `${p.label} (${p.caller})` : p.caller);
      hold.hidden = !p.hold;
      muted.hidden = !p.muted;
    });
}

// The webhook log

function makeDelivery(delivery) {
  const bad = !delivery.status || delivery.status >= 400;
  const about = element('details', {}, element('summary', { text: subject(delivery) }),
    element('pre', { text: Object.entries(delivery.parameters).map(([k, v]) => `${k}=${v}`).join('\n') }),
    element('pre', { text: delivery.body || '(no body)' }));
  const again = delivery.attempt > 1 ? ` (attempt ${delivery.attempt})` : '';
  const answer = delivery.status ?? delivery.error ?? '\u2026';
  return element('tr', {},
    element('td', { text: time(delivery.at) }),
    element('td', { text: accountNames.get(delivery.account_sid) ?? '' }),
    element('td', { className: 'to', text: `${delivery.method} ${path(delivery.url)}${again}` }),
    element('td', { className: 'about' }, about),
    element('td', {}, element('span', { className: `status ${bad ? 'bad' : ''}`, text: String(answer) })),
    element('td', { className: 'number', text: delivery.duration_ms?.toFixed(0) ?? '' }));
}

function subject({ parameters, fallback }) {
  const who = parameters.ParticipantLabel ?? parameters.From ?? '';
  const what = parameters.StatusCallbackEvent ?? parameters.DialCallStatus ?? parameters.CallStatus;
  return [fallback && 'fallback', what ?? 'audio file', who].filter(Boolean).join(' \u00b7 ');
}

function path(url) {
  const { pathname, search } = new URL(url);
  return search.length > 60 ? `${pathname}?\u2026` : pathname + search;
}

// The dialler

function fillNumbers(accounts) {
  const select = byId('dial').elements.to;
  for (const account of accounts) accountNames.set(account.account_sid, account.friendly_name);
  const wanted = JSON.stringify(accounts.map(a => [a.friendly_name, a.numbers]));
  if (select.dataset.shown === wanted) return;
  const chosen = select.value;
  select.dataset.shown = wanted;
  select.replaceChildren(...accounts.map(account => element('optgroup', { label: account.friendly_name },
    ...account.numbers.map(number => element('option', {
      value: number.phone_number,
      text: number.friendly_name === number.phone_number
        ? number.phone_number : `${number.phone_number}  ${number.friendly_name}`,
    })))));
  if (chosen) select.value = chosen;
}

async function voice(form) {
  const { voice: kind, tone, wav } = form.elements;
  if (kind.value === 'silence') return { silence: true };
  if (kind.value === 'tone') return { tone: Number(tone.value) };
  if (!wav.files.length) throw new Error('Choose a WAV file first, or another voice.');
  const bytes = new Uint8Array(await wav.files[0].arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return { wav: btoa(text) };
}

async function act(doing) {
  try {
    write(byId('problem'), '');
    await doing();
  } catch (error) {
    write(byId('problem'), error.message);
  }
  await look();
}

byId('dial').addEventListener('submit', event => {
  event.preventDefault();
  const form = event.target;
  const { from, to, patience } = form.elements;
  act(async () => ask('POST', '/lab/phones', {
    from: from.value.trim(),
    to: to.value,
    voice: await voice(form),
    patience: patience.value ? Number(patience.value) : null,
  }));
});

byId('dial').addEventListener('input', ({ currentTarget: form }) => {
  form.querySelector('.for-tone').hidden = form.elements.voice.value !== 'tone';
  form.querySelector('.for-wav').hidden = form.elements.voice.value !== 'wav';
  write(byId('pitch'), `${form.elements.tone.value} Hz`);
});

byId('another').addEventListener('click', () => {
  const digits = String(Math.floor(Math.random() * 10_000_000)).padStart(7, '0');
  byId('dial').elements.from.value = `+1555${digits}`;
});

// Looking

async function look() {
  try {
    const [accounts, phones, conferences, deliveries] = await Promise.all([
      ask('GET', '/lab/accounts'), ask('GET', '/lab/phones'), ask('GET', '/lab/conferences'),
      ask('GET', `/lab/deliveries?since=${lastDelivery}`)]);
    draw(accounts, phones, conferences, deliveries);
    write(byId('link'), 'live');
    byId('link').classList.remove('lost');
  } catch {
    write(byId('link'), 'out of reach');
    byId('link').classList.add('lost');
  }
}

function draw(accounts, phones, conferences, deliveries) {
  fillNumbers(accounts);
  const live = phones.filter(isLive);
  const shown = [...live, ...phones.filter(phone => !isLive(phone)).slice(0, SHOWN_ENDED_PHONES)];
  keep(byId('phones'), shown, phone => phone.sid, makePhone, fillPhone);
  keep(byId('conferences'), conferences, c => c.sid, makeConference, fillConference);
  const table = byId('deliveries');
  for (const delivery of deliveries) {
    // One that is still under way is asked for again until its answer is there.
    if (delivery.duration_ms === null) break;
    lastDelivery = delivery.id;
    table.prepend(makeDelivery(delivery));
    if (table.children.length > SHOWN_DELIVERIES) table.lastChild.remove();
  }
  byId('no-phones').hidden = shown.length > 0;
  byId('no-conferences').hidden = conferences.length > 0;
  byId('no-deliveries').hidden = table.children.length > 0;
  write(byId('total-phones'), String(live.length));
  write(byId('total-conferences'), String(conferences.length));
  write(byId('total-webhooks'), String(lastDelivery));
}

async function keepLooking() {
  await look();
  setTimeout(keepLooking, LOOK_EVERY_MS);
}

keepLooking();
