// Every attempt to reach a customer, newest first, with what was sent and what came back.

import { byId, element, keep, time, write } from './dom.js';
import { accountName, callerName, labelName } from './names.js';

const SHOWN = 200;
const known = new Map();
let last = 0;

const isUnderWay = delivery => delivery.duration_ms === null;

// The oldest that is under way is asked for again, with all that came behind it.
export function since() {
  const waiting = [...known.values()].find(isUnderWay);
  return waiting ? waiting.id - 1 : last;
}

export function forgetWebhooks() {
  known.clear();
  last = 0;
  byId('deliveries').replaceChildren();
}

export function drawWebhooks(deliveries) {
  for (const delivery of deliveries) {
    known.set(delivery.id, delivery);
    last = Math.max(last, delivery.id);
  }
  for (const id of known.keys()) {
    if (known.size <= SHOWN) break;
    known.delete(id);
  }
  keep(byId('deliveries'), [...known.values()].reverse(), delivery => delivery.id, make, fill);
  byId('no-deliveries').hidden = known.size > 0;
  write(byId('total-webhooks'), String(last));
}

function make(delivery) {
  const text = label => element('pre', { tabIndex: 0, role: 'region', ariaLabel: label });
  const again = delivery.attempt > 1 ? ` (attempt ${delivery.attempt})` : '';
  const account = accountName(delivery.account_sid);
  return element('tr', {},
    element('td', { className: 'time', text: time(delivery.at) }),
    element('td', { className: 'account', text: account, title: account }),
    element('td', { className: 'to', text: `${delivery.method} ${path(delivery.url)}${again}` }),
    element('td', { className: 'about' },
      element('details', {}, element('summary', { text: subject(delivery) }), text('What was sent'), text('The answer')),
      element('span', { className: 'tag hold' })),
    element('td', { className: 'answer' }, element('span', { className: 'status' })),
    element('td', { className: 'number' }));
}

function fill(row, delivery) {
  const { parameters, json, body, fault, status, error, duration_ms: duration } = delivery;
  const [sent, answer] = row.querySelectorAll('pre');
  const fields = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  write(sent, json ?? fields.join('\n'));
  write(answer, isUnderWay(delivery) ? '(none yet)' : body || '(no body)');
  const tag = row.querySelector('.tag');
  tag.hidden = !fault;
  write(tag, fault ?? '');
  const told = row.querySelector('.status');
  told.classList.toggle('waits', isUnderWay(delivery));
  told.classList.toggle('bad', !isUnderWay(delivery) && (!status || status >= 400));
  write(told, isUnderWay(delivery) ? 'waits' : String(status ?? error ?? 'no answer'));
  write(row.querySelector('.number'), duration?.toFixed(0) ?? '');
}

function subject({ parameters, fallback, json }) {
  const { ParticipantLabel: label, From: from = '' } = parameters;
  const { text, small = '' } = label ? labelName(label) : callerName({ from });
  const what = parameters.StatusCallbackEvent ?? parameters.DialCallStatus
    ?? parameters.RecordingStatus ?? parameters.MessageStatus ?? parameters.CallStatus;
  return [fallback && 'fallback', what ?? (json ? 'JSON' : parameters.Body ? 'message' : 'audio file'), `${text} ${small}`.trim()]
    .filter(Boolean).join(' \u00b7 ');
}

function path(url) {
  const { pathname, search } = new URL(url);
  return search.length > 60 ? `${pathname}?\u2026` : pathname + search;
}
