// Every attempt to reach a customer, newest first, with what was sent and what came back.

import { byId, element, time, write } from './dom.js';
import { accountName, callerName, labelName } from './names.js';

const SHOWN = 200;
let last = 0;

export const since = () => last;

export function drawWebhooks(deliveries) {
  const table = byId('deliveries');
  for (const delivery of deliveries) {
    // One that is still under way is asked for again until its answer is there.
    if (delivery.duration_ms === null) break;
    last = delivery.id;
    table.prepend(make(delivery));
    if (table.children.length > SHOWN) table.lastChild.remove();
  }
  byId('no-deliveries').hidden = table.children.length > 0;
  write(byId('total-webhooks'), String(last));
}

function make(delivery) {
  const bad = !delivery.status || delivery.status >= 400;
  const text = (label, words) =>
    element('pre', { tabIndex: 0, role: 'region', ariaLabel: label, text: words });
  const fields = Object.entries(delivery.parameters).map(([name, value]) => `${name}=${value}`);
  const about = element('details', {}, element('summary', { text: subject(delivery) }),
    text('What was sent', fields.join('\n')), text('The answer', delivery.body || '(no body)'));
  const again = delivery.attempt > 1 ? ` (attempt ${delivery.attempt})` : '';
  const answer = delivery.status ?? delivery.error ?? '\u2026';
  return element('tr', {},
    element('td', { className: 'time', text: time(delivery.at) }),
    element('td', { className: 'account', text: accountName(delivery.account_sid) }),
    element('td', { className: 'to', text: `${delivery.method} ${path(delivery.url)}${again}` }),
    element('td', { className: 'about' }, about,
      ...(delivery.fault ? [element('span', { className: 'tag hold', text: delivery.fault })] : [])),
    element('td', { className: 'answer' },
      element('span', { className: `status ${bad ? 'bad' : ''}`, text: String(answer) })),
    element('td', { className: 'number', text: delivery.duration_ms?.toFixed(0) ?? '' }));
}

function subject({ parameters, fallback }) {
  const { ParticipantLabel: label, From: from = '' } = parameters;
  const { text, small = '' } = label ? labelName(label) : callerName({ from });
  const what = parameters.StatusCallbackEvent ?? parameters.DialCallStatus
    ?? parameters.RecordingStatus ?? parameters.MessageStatus ?? parameters.CallStatus;
  return [fallback && 'fallback', what ?? (parameters.Body ? 'message' : 'audio file'), `${text} ${small}`.trim()]
    .filter(Boolean).join(' \u00b7 ');
}

function path(url) {
  const { pathname, search } = new URL(url);
  return search.length > 60 ? `${pathname}?\u2026` : pathname + search;
}
