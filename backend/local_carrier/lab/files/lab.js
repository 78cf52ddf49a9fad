// The lab's page: asks the carrier twice a second what there is, and draws it.
// Elements are kept by id and only their changed texts are written, so that focus, open details
// and scroll positions survive every look.

const LOOK_EVERY_MS = 500;
const SHOWN_DELIVERIES = 200;
const SHOWN_ENDED_PHONES = 10;
const E164 = /^\+[1-9]\d{6,14}$/;
const KEYS = '123456789*0#';

const byId = id => document.getElementById(id);
const accountNames = new Map();
let lastDelivery = 0;
let inReach = true;
let awaited = null; // the phone that was just dialled, until its card has been shown

async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  }).catch(() => { throw new Error('The carrier is out of reach, so nothing was done.'); });
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

// A name and what is too long to read of it: in small, or in the title.
function writeName(node, { text, small = '', title = '' }) {
  const wanted = small ? `${text} ${small}` : text;
  if (node.textContent !== wanted) {
    node.replaceChildren(text, ...(small ? [' ', element('small', { text: small })] : []));
  }
  if (node.title !== title) node.title = title;
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
    element('div', { className: 'who' }, element('h3'), element('span', { className: 'chip' })),
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
      element('details', {}, element('summary', { text: 'Log' }), 
        element('div', { className: 'lines', tabIndex: 0, role: 'region', ariaLabel: `Log of ${callerName(phone).text}` },
          element('ul'))),
      end));
}

function fillPhone(card, phone) {
  const find = selector => card.querySelector(selector);
  writeName(find('h3'), callerName(phone));
  const chip = find('.chip');
  chip.className = `chip ${phone.status}`;
  write(chip, `${phone.status} ${clock(phone)}`);
  const kind = { caller: 'Caller', softphone: 'Softphone', browser: 'Browser' }[phone.kind];
  write(find('.road'), `${kind} \u2192 ${phone.to || 'TwiML App'} \u00b7 ${accountOf(phone)}`);
  fillTags(find('.tags'), phone);
  const { hears, says } = phone;
  write(find('.hears .kind'), pitched(hears.kind, hears.pitch_hz));
  find('.hears meter').value = hears.level;
  write(find('.hears .detail'), hears.sources.map(source).join(', '));
  write(find('.says .kind'), says.pitch_hz ? pitched('tone', says.pitch_hz) : 'nothing');
  find('.says meter').value = says.level;
  const lines = phone.log.map((line, at) => ({ at, text: `${time(line.at)}  ${line.text}` }));
  keep(find('.lines ul'), lines, line => line.at, () => element('li'),
    (item, line) => write(item, line.text));
}

function fillEnded(line, phone) {
  const [name, road, status, at] = line.children;
  const [to, account] = road.children;
  writeName(name, callerName(phone));
  write(to, `\u2192 ${phone.to || 'TwiML App'} \u00b7 `);
  write(account, accountOf(phone));
  status.className = `chip ${phone.status}`;
  write(status, phone.status);
  write(at, phone.ended_at ? time(phone.ended_at) : '');
}

const makeEnded = () => element('li', {}, element('b'), element('span', { className: 'road' },
  element('span', { className: 'to' }), element('span')), element('span', { className: 'chip' }), element('time'));

function fillTags(tags, phone) {
  const shown = [
    phone.conference && { className: 'tag', ...prefixed('in ', conferenceName(phone.conference)) },
    phone.label && { className: 'tag', ...labelName(phone.label) },
    phone.on_hold && { text: 'on hold', className: 'tag hold' },
    phone.digits && { text: `pressed ${phone.digits}`, className: 'tag' },
  ].filter(Boolean);
  tags.hidden = !shown.length;
  keep(tags, shown, tag => tag.text, tag => element('span', tag), () => {});
}

const isLive = phone => ['queued', 'ringing', 'in-progress'].includes(phone.status);
const pitched = (kind, hz) => (hz ? `${kind}, ${Math.round(hz)} Hz` : kind);
const accountOf = phone => accountNames.get(phone.account_sid) ?? phone.account_sid;

// Names: callers by number, agents and conferences by what they are; their ids are in the title.

const short = name => (name.length > 18 ? `${name.slice(0, 16)}\u2026` : name);
const prefixed = (words, name) => ({ ...name, text: words + name.text });
const HEX = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/i;
const idIn = text => text.match(HEX)?.[0];

function callerName({ kind, from }) {
  const isAgent = kind === 'browser' || kind === 'softphone' || from.startsWith('client:');
  if (!isAgent) return { text: from };
  const identity = from.replace(/^client:/, '');
  return { text: 'Agent\u2019s browser', small: idIn(identity)?.slice(0, 6) ?? short(identity), title: from };
}

function conferenceName(name) {
  const id = idIn(name);
  return id ? { text: `Call ${id.slice(0, 8)}`, title: name } : { text: short(name), title: name };
}

function labelName(label) {
  const id = idIn(label);
  return id ? { text: `Agent ${id.slice(0, 6)}`, title: label } : { text: short(label), title: label };
}

function participantName({ label, caller }) {
  const isAgent = caller.startsWith('client:');
  if (isAgent) return callerName({ kind: 'browser', from: caller });
  return { text: label && !idIn(label) ? `${caller} (${label})` : caller, title: label ?? '' };
}
const time = iso => new Date(iso).toLocaleTimeString([], { hour12: false });

function clock(phone) {
  const seconds = Math.max(0, (Date.now() - new Date(phone.answered_at ?? phone.created_at)) / 1000);
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function source(heard) {
  if (heard.kind === 'participant') return heard.label ? labelName(heard.label).text : heard.sid.slice(0, 10);
  if (heard.kind === 'say') return `\u201c${heard.text}\u201d`;
  return heard.url.replace(/^https?:\/\/[^/]+/, '');
}

// Conferences

function makeConference() {
  return element('li', {}, element('p', { className: 'name' }),
    element('p', { className: 'state' }), element('ul'));
}

function fillConference(item, conference) {
  writeName(item.querySelector('.name'), conferenceName(conference.friendly_name));
  const state = conference.status === 'init' ? 'waiting for a second participant' : conference.status;
  write(item.querySelector('.state'), `${conference.account} \u00b7 ${state}`);
  keep(item.querySelector('ul'), conference.participants, p => p.call_sid,
    () => element('li', {}, element('span'), element('span', { className: 'tag hold', text: 'hold' }),
      element('span', { className: 'tag', text: 'muted' })),
    (line, p) => {
      const [name, hold, muted] = line.children;
      writeName(name, participantName(p));
      hold.hidden = !p.hold;
      muted.hidden = !p.muted;
    });
}

// The webhook log

function makeDelivery(delivery) {
  const bad = !delivery.status || delivery.status >= 400;
  const about = element('details', {}, element('summary', { text: subject(delivery) }),
    element('pre', { tabIndex: 0, role: 'region', ariaLabel: 'What was sent', text: Object.entries(delivery.parameters).map(([k, v]) => `${k}=${v}`).join('\n') }),
    element('pre', { tabIndex: 0, role: 'region', ariaLabel: 'The answer', text: delivery.body || '(no body)' }));
  const again = delivery.attempt > 1 ? ` (attempt ${delivery.attempt})` : '';
  const answer = delivery.status ?? delivery.error ?? '\u2026';
  return element('tr', {},
    element('td', { className: 'time', text: time(delivery.at) }),
    element('td', { className: 'account', text: accountNames.get(delivery.account_sid) ?? '' }),
    element('td', { className: 'to', text: `${delivery.method} ${path(delivery.url)}${again}` }),
    element('td', { className: 'about' }, about),
    element('td', { className: 'answer' }, element('span', { className: `status ${bad ? 'bad' : ''}`, text: String(answer) })),
    element('td', { className: 'number', text: delivery.duration_ms?.toFixed(0) ?? '' }));
}

function subject({ parameters, fallback }) {
  const { ParticipantLabel: label, From: from = '' } = parameters;
  const { text, small = '' } = label ? labelName(label) : callerName({ from });
  const who = `${text} ${small}`.trim();
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
  // Two spaces that HTML keeps: the company is read beside the number, in the closed list too.
  select.replaceChildren(...accounts.flatMap(account => account.numbers.map(number => element('option', {
    value: number.phone_number,
    text: `${account.friendly_name}\u00a0 ${number.phone_number}`,
  }))));
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
  if (!inReach) return;
  if (!checkCaller()) return from.focus();
  act(async () => {
    if (!to.value) throw new Error('No company has a number to dial yet.');
    const phone = await ask('POST', '/lab/phones', {
      from: from.value.trim(),
      to: to.value,
      voice: await voice(form),
      patience: patience.value ? Number(patience.value) : null,
    });
    awaited = phone.sid;
  });
});

function checkCaller() {
  const { from } = byId('dial').elements;
  const fits = E164.test(from.value.trim());
  from.setAttribute('aria-invalid', String(!fits));
  write(byId('from-problem'), fits ? '' : 'Write + and the country code first: 7 to 15 digits in all, no spaces, like +15557654321.');
  return fits;
}

byId('dial').addEventListener('input', ({ currentTarget: form }) => {
  if (byId('from-problem').textContent) checkCaller();
  form.querySelector('.for-tone').hidden = form.elements.voice.value !== 'tone';
  form.querySelector('.for-wav').hidden = form.elements.voice.value !== 'wav';
  write(byId('pitch'), `${form.elements.tone.value} Hz`);
});

byId('another').addEventListener('click', () => {
  const digits = String(Math.floor(Math.random() * 10_000_000)).padStart(7, '0');
  byId('dial').elements.from.value = `+1555${digits}`;
  checkCaller();
});

// Looking

async function look() {
  try {
    const [accounts, phones, conferences, deliveries] = await Promise.all([
      ask('GET', '/lab/accounts'), ask('GET', '/lab/phones'), ask('GET', '/lab/conferences'),
      ask('GET', `/lab/deliveries?since=${lastDelivery}`)]);
    draw(accounts, phones, conferences, deliveries);
    reach(true);
  } catch (error) {
    reach(false);
    if (!(error instanceof Error) || error instanceof TypeError) console.error(error);
  }
}

function reach(isInReach) {
  inReach = isInReach;
  write(byId('link'), inReach ? 'live' : 'out of reach');
  byId('link').classList.toggle('lost', !inReach);
  write(byId('outage'), inReach ? '' : 'The carrier is out of reach: it has stopped, or this page '
    + 'has lost it. What you see is what was last known. Nothing can be dialled or hung up until it is back.');
  for (const button of document.querySelectorAll('#go, .phone button')) button.disabled = !inReach;
}

function draw(accounts, phones, conferences, deliveries) {
  fillNumbers(accounts);
  const live = phones.filter(isLive);
  const ended = phones.filter(phone => !isLive(phone))
    .sort((one, other) => (other.ended_at ?? '').localeCompare(one.ended_at ?? ''))
    .slice(0, SHOWN_ENDED_PHONES);
  keep(byId('phones'), live, phone => phone.sid, makePhone, fillPhone);
  keep(byId('ended'), ended, phone => phone.sid, makeEnded, fillEnded);
  showAwaited();
  keep(byId('conferences'), conferences, c => c.sid, makeConference, fillConference);
  const table = byId('deliveries');
  for (const delivery of deliveries) {
    // One that is still under way is asked for again until its answer is there.
    if (delivery.duration_ms === null) break;
    lastDelivery = delivery.id;
    table.prepend(makeDelivery(delivery));
    if (table.children.length > SHOWN_DELIVERIES) table.lastChild.remove();
  }
  byId('no-phones').hidden = live.length > 0;
  byId('ended-section').hidden = !ended.length;
  byId('no-conferences').hidden = conferences.length > 0;
  byId('no-deliveries').hidden = table.children.length > 0;
  write(byId('total-phones'), String(live.length));
  write(byId('total-conferences'), String(conferences.length));
  write(byId('total-webhooks'), String(lastDelivery));
}

function showAwaited() {
  // Its card, or its line where the call has ended already.
  const card = awaited && document.querySelector(`#phones > [data-key="${awaited}"], #ended > [data-key="${awaited}"]`);
  if (!card) return;
  awaited = null;
  const { top, bottom } = card.getBoundingClientRect();
  const room = 90; // its tags and details come a moment later
  if (top < 0 || bottom + room > innerHeight) card.scrollIntoView({ block: 'center' });
}

async function keepLooking() {
  await look();
  setTimeout(keepLooking, LOOK_EVERY_MS);
}

keepLooking();
