// The lab's page: asks the carrier twice a second what there is, and lets each part draw it.

import { drawNumbers, showAwaited } from './dialler.js';
import { byId, write } from './dom.js';
import { drawClock, drawFaults, drawGenerators, drawLoadNumbers, sinceStrike } from './faults.js';
import { drawMessages, drawTextNumbers, lastChange } from './messages.js';
import { learnAccounts } from './names.js';
import { drawPhones } from './phones.js';
import { drawConferences, drawQueues, drawRecordings } from './rooms.js';
import { drawWebhooks, since } from './webhooks.js';
import { ask } from './wire.js';

const LOOK_EVERY_MS = 500;
const PARTS = ['calls', 'rooms', 'messages', 'webhooks', 'faults'];

async function look() {
  try {
    const [accounts, phones, conferences, queues, recordings, messages, deliveries, faults, strikes, generators, clock] =
      await Promise.all([
        'accounts', 'phones', 'conferences', 'queues', 'recordings', `messages?since=${lastChange()}`,
        `deliveries?since=${since()}`, 'faults', `strikes?since=${sinceStrike()}`, 'generators', 'clock',
      ].map(path => ask('GET', `/lab/${path}`)));
    learnAccounts(accounts);
    drawNumbers(accounts);
    drawTextNumbers(accounts);
    drawLoadNumbers(accounts);
    drawPhones(phones);
    showAwaited();
    drawConferences(conferences);
    drawQueues(queues);
    drawRecordings(recordings);
    drawMessages(messages);
    drawWebhooks(deliveries);
    drawFaults(faults, strikes);
    drawGenerators(generators);
    drawClock(clock);
    reach(true);
  } catch (error) {
    reach(false);
    if (!(error instanceof Error) || error instanceof TypeError) console.error(error);
  }
}

function reach(isInReach) {
  write(byId('link'), isInReach ? 'live' : 'out of reach');
  byId('link').classList.toggle('lost', !isInReach);
  write(byId('outage'), isInReach ? '' : 'The carrier is out of reach: it has stopped, or this page '
    + 'has lost it. What you see is what was last known. Nothing can be dialled or hung up until it is back.');
  for (const button of document.querySelectorAll('#go, .part button')) button.disabled = !isInReach;
}

function showPart() {
  const wanted = PARTS.find(part => `#${part}` === location.hash) ?? PARTS[0];
  for (const part of PARTS) byId(`part-${part}`).hidden = part !== wanted;
  document.body.dataset.part = wanted;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${wanted}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

async function keepLooking() {
  await look();
  setTimeout(keepLooking, LOOK_EVERY_MS);
}

addEventListener('hashchange', showPart);
document.addEventListener('look', look);
showPart();
keepLooking();
