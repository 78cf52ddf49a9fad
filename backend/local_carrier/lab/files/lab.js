// The lab's page: asks the carrier twice a second what there is, and lets each part draw it.

import { showAwaited } from './dialler.js';
import { byId, write } from './dom.js';
import { drawClock, drawFaults, drawGenerators, forgetFaults, sinceStrike } from './faults.js';
import { drawMessages, forgetMessages, lastChange } from './messages.js';
import { learnAccounts } from './names.js';
import { drawNumbers } from './numbers.js';
import { drawPhones } from './phones.js';
import { drawConferences, drawQueues, drawRecordings } from './rooms.js';
import { drawWebhooks, forgetWebhooks, since } from './webhooks.js';
import { ask, Unanswered } from './wire.js';

const LOOK_EVERY_MS = 500;
const PATIENCE_MS = 5000; // with one look; a carrier that hangs is out of reach
const OUT_OF_REACH = 'The carrier is out of reach: it has stopped, or this page has lost it. '
  + 'What you see is what was last known. Nothing can be dialled or hung up until it is back.';
const PARTS = ['calls', 'rooms', 'messages', 'webhooks', 'faults'];

let run = null; // of the carrier whose facts are shown
let timer = null; // until the next look; none while one is under way
let isWanted = false; // a look that begins after what a person did

async function keepLooking() {
  timer = null;
  isWanted = false;
  try {
    await look();
  } finally {
    timer = setTimeout(keepLooking, isWanted ? 0 : LOOK_EVERY_MS);
  }
}

function lookSoon() {
  isWanted = true;
  if (timer === null) return;
  clearTimeout(timer);
  keepLooking();
}

async function look() {
  let seen;
  try {
    seen = await askAll();
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return reach(error);
  }
  if (isOfAnotherRun(seen.clock)) return look();
  reach(null);
  draw(seen);
}

async function askAll() {
  const asked = {
    accounts: 'accounts', phones: 'phones', conferences: 'conferences', queues: 'queues', recordings: 'recordings',
    messages: `messages?since=${lastChange()}`, deliveries: `deliveries?since=${since()}`, faults: 'faults',
    strikes: `strikes?since=${sinceStrike()}`, generators: 'generators', clock: 'clock',
  };
  const answers = await Promise.all(Object.values(asked).map(path => ask('GET', `/lab/${path}`, undefined, PATIENCE_MS)));
  return Object.fromEntries(Object.keys(asked).map((name, at) => [name, answers[at]]));
}

// A carrier that was started again counts from 1 again, and knows nothing of what was.
function isOfAnotherRun(clock) {
  const known = run;
  run = clock.run;
  if (known === null || known === run) return false;
  forgetMessages();
  forgetWebhooks();
  forgetFaults();
  return true;
}

function draw(seen) {
  learnAccounts(seen.accounts);
  drawNumbers(seen.accounts);
  drawPhones(seen.phones);
  showAwaited();
  drawConferences(seen.conferences);
  drawQueues(seen.queues);
  drawRecordings(seen.recordings);
  drawMessages(seen.messages);
  drawWebhooks(seen.deliveries);
  drawFaults(seen.faults, seen.strikes);
  drawGenerators(seen.generators);
  drawClock(seen.clock);
}

function reach(failure) {
  const state = failure === null ? 'live' : failure.isOutOfReach ? 'out of reach' : 'refused';
  write(byId('link'), state);
  byId('link').classList.toggle('lost', failure !== null);
  write(byId('outage'), failure?.isOutOfReach ? OUT_OF_REACH : failure?.message ?? '');
  for (const button of document.querySelectorAll('#go, .part button')) button.disabled = failure !== null;
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

addEventListener('hashchange', showPart);
document.addEventListener('look', lookSoon);
showPart();
keepLooking();
