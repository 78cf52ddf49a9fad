// Telephones outside that text: what was written, both ways, and how far each text has come.

import { base64, check } from './dialler.js';
import { byId, element, keep, time, write } from './dom.js';
import { accountName } from './names.js';
import { act, ask } from './wire.js';

const SHOWN = 100;
const BAD = ['undelivered', 'failed'];
const form = byId('text');
const known = new Map();
let last = 0;

export const lastChange = () => last;

export function forgetMessages() {
  known.clear();
  last = 0;
}

export function drawMessages(changed) {
  for (const message of changed) {
    known.set(message.sid, message);
    last = Math.max(last, message.change);
  }
  const newest = [...known.values()].sort((one, other) => other.created_at.localeCompare(one.created_at)).slice(0, SHOWN);
  keep(byId('messages'), newest, message => message.sid, make, fill);
  byId('no-messages').hidden = newest.length > 0;
}

function make(message) {
  const outside = message.direction === 'inbound' ? message.from : message.to;
  return element('li', { className: `text ${message.direction === 'inbound' ? 'in' : 'out'}` },
    element('p', { className: 'road' }),
    element('p', { className: 'body' }),
    element('div', { className: 'pictures' }),
    element('div', { className: 'row' }, element('span', { className: 'chip' }),
      element('span', { className: 'road steps' }),
      element('button', {
        type: 'button', className: 'quiet reply', text: 'Reply as this telephone',
        onclick: () => {
          form.elements.from.value = outside;
          form.elements.to.value = message.direction === 'inbound' ? message.to : message.from;
          form.elements.body.focus();
        },
      })));
}

function fill(item, message) {
  const find = selector => item.querySelector(selector);
  write(find('.road'), `${message.from} \u2192 ${message.to} \u00b7 ${accountName(message.account_sid)} \u00b7 ${time(message.created_at)}`);
  write(find('.body'), message.body);
  keep(find('.pictures'), message.media, media => media.sid, media => (
    media.content_type.startsWith('image/')
      ? element('img', { src: media.url, alt: `A picture of ${media.size} bytes`, loading: 'lazy' })
      : element('a', { href: media.url, text: media.content_type })));
  const chip = find('.chip');
  chip.className = `chip ${BAD.includes(message.status) ? 'failed' : 'done'}`;
  write(chip, message.error_code ? `${message.status} ${message.error_code}` : message.status);
  const steps = message.statuses.map(step => step.status);
  const many = message.num_segments > 1 && `${message.num_segments} segments`;
  write(find('.steps'), [steps.length > 1 && steps.join(' \u2192 '), many].filter(Boolean).join(' \u00b7 '));
}

form.addEventListener('submit', event => {
  event.preventDefault();
  const { from, to, body, picture } = form.elements;
  if (!check(from, byId('text-from-problem'))) return from.focus();
  act(async () => {
    const media = await Promise.all([...picture.files].map(async file => (
      { content_type: file.type || 'application/octet-stream', data: await base64(file) })));
    await ask('POST', '/lab/messages', { from: from.value.trim(), to: to.value, body: body.value, media });
    body.value = '';
    picture.value = '';
  }, byId('text-problem'));
});
