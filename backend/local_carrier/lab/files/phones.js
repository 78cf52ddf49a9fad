// Live phones, each a card with ears, a voice and keys; ended ones in a list below.

import { byId, element, keep, minutes, time, write, writeName } from './dom.js';
import {
  accountName, calledName, callerName, conferenceName, labelName, learnOwners, ownerName, pitched,
  prefixed, sourceName,
} from './names.js';
import { act, ask } from './wire.js';

const KEYS = '123456789*0#';
const KINDS = {
  caller: 'Caller', handset: 'Telephone', softphone: 'Softphone', browser: 'Browser', line: 'Line',
};
const SHOWN_ENDED = 10;
const LIVE = ['queued', 'ringing', 'in-progress'];

const isLive = phone => LIVE.includes(phone.status);

export function drawPhones(phones) {
  learnOwners(phones);
  const live = phones.filter(isLive);
  const ended = phones.filter(phone => !isLive(phone))
    .sort((one, other) => (other.ended_at ?? '').localeCompare(one.ended_at ?? ''))
    .slice(0, SHOWN_ENDED);
  keep(byId('phones'), live, phone => phone.sid, make, fill);
  keep(byId('ended'), ended, phone => phone.sid, makeEnded, fillEnded);
  byId('no-phones').hidden = live.length > 0;
  byId('ended-section').hidden = !ended.length;
  write(byId('total-phones'), String(live.length));
}

function make(phone) {
  const path = `/lab/phones/${phone.sid}`;
  const title = `phone-${phone.sid}`;
  const problem = element('p', { className: 'problem', role: 'alert' });
  const button = (text, className, doing) =>
    element('button', { type: 'button', text, className, onclick: () => act(doing, problem) });
  const keys = element('div', { className: 'keys' }, ...[...KEYS].map(key =>
    element('button', {
      type: 'button', text: key, ariaLabel: `Press ${key}`,
      onclick: () => act(() => ask('POST', `${path}/digits`, { digits: key }), problem),
    })));
  const words = element('input', { ariaLabel: 'Words to say', placeholder: 'Say words to a menu' });
  const speech = element('form', {
    className: 'speech',
    onsubmit: event => {
      event.preventDefault();
      if (!words.value.trim()) return;
      act(async () => {
        await ask('POST', `${path}/speech`, { text: words.value.trim() });
        words.value = '';
      }, problem);
    },
  }, words, element('button', { text: 'Say', className: 'quiet' }));
  const card = element('div', { className: 'phone', role: 'group' },
    element('div', { className: 'who' }, element('h3', { id: title }), element('span', { className: 'chip' })),
    element('p', { className: 'road' }),
    element('div', { className: 'tags' }),
    element('div', { className: 'ear hears' },
      element('span', { className: 'label', text: 'Hears' }), element('span', { className: 'kind' }),
      element('meter', { min: 0, max: 0.4, ariaLabel: 'How loud it hears' }),
      element('span', { className: 'detail' })),
    element('div', { className: 'ear says' },
      element('span', { className: 'label', text: 'Says' }), element('span', { className: 'kind' }),
      element('meter', { min: 0, max: 0.4, ariaLabel: 'How loud it speaks' })),
    element('div', { className: 'rings' },
      button('Answer', 'go', () => ask('POST', `${path}/answer`)),
      button('Reject', 'end', () => ask('POST', `${path}/rejection`))),
    element('div', { className: 'talks' }, keys, speech),
    problem,
    element('div', { className: 'row' },
      element('details', {}, element('summary', { text: 'Log' }),
        element('div', { className: 'lines', tabIndex: 0, role: 'region', ariaLabel: `Log of ${ownerName(phone).text}` },
          element('ul'))),
      button('Hang up', 'end hang-up', () => ask('DELETE', path))));
  card.setAttribute('aria-labelledby', title);
  return element('li', {}, card);
}

function fill(card, phone) {
  const find = selector => card.querySelector(selector);
  writeName(find('h3'), ownerName(phone));
  const chip = find('.chip');
  chip.className = `chip ${phone.status}`;
  write(chip, `${phone.status} ${minutes((Date.now() - new Date(phone.answered_at ?? phone.created_at)) / 1000)}`);
  const other = phone.direction === 'inbound'
    ? prefixed('calls ', calledName(phone.to)) : prefixed('called by ', callerName({ from: phone.from }));
  write(find('.road'), `${KINDS[phone.kind]} \u00b7 ${other.text} \u00b7 ${accountName(phone.account_sid)}`);
  fillTags(find('.tags'), phone);
  const { hears, says } = phone;
  const talks = phone.status === 'in-progress';
  find('.hears').hidden = find('.says').hidden = !talks;
  write(find('.hears .kind'), pitched(hears.kind, hears.pitch_hz));
  find('.hears meter').value = hears.level;
  write(find('.hears .detail'), hears.sources.map(sourceName).join(', '));
  write(find('.says .kind'), says.pitch_hz ? pitched('tone', says.pitch_hz) : 'nothing');
  find('.says meter').value = says.level;
  const rings = phone.kind === 'handset' && phone.status === 'ringing';
  find('.rings').hidden = !rings;
  find('.hang-up').hidden = rings;
  find('.talks').hidden = !talks;
  const lines = phone.log.map((line, at) => ({ at, text: `${time(line.at)}  ${line.text}` }));
  keep(find('.lines ul'), lines, line => line.at, () => element('li'),
    (item, line) => write(item, line.text));
}

function fillTags(tags, phone) {
  const shown = [
    phone.conference && { className: 'tag', ...prefixed('in ', conferenceName(phone.conference)) },
    phone.talks_with && { className: 'tag', ...prefixed('talks with ', callerName({ from: phone.talks_with })) },
    phone.queue && { className: 'tag hold', text: `waits in ${phone.queue}` },
    phone.label && { className: 'tag', ...labelName(phone.label) },
    phone.on_hold && { text: 'on hold', className: 'tag hold' },
    phone.digits && { text: `pressed ${phone.digits}`, className: 'tag' },
  ].filter(Boolean);
  tags.hidden = !shown.length;
  keep(tags, shown, tag => tag.text, tag => element('span', tag));
}

const makeEnded = () => element('li', {}, element('b'), element('span', { className: 'road' },
  element('span', { className: 'to' }), element('span')), element('span', { className: 'chip' }), element('time'));

function fillEnded(line, phone) {
  const [name, road, status, at] = line.children;
  const [to, account] = road.children;
  writeName(name, ownerName(phone));
  write(to, phone.direction === 'inbound' ? `\u2192 ${calledName(phone.to).text} \u00b7 ` : `\u2190 ${phone.from} \u00b7 `);
  write(account, accountName(phone.account_sid));
  status.className = `chip ${phone.status}`;
  write(status, phone.status);
  write(at, phone.ended_at ? time(phone.ended_at) : '');
}
