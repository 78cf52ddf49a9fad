// What goes wrong on purpose, callers by the hundred, and the carrier's time.

import { byId, element, keep, keepOptions, time, write } from './dom.js';
import { act, ask } from './wire.js';

const SHOWN_STRIKES = 100;
const KINDS = {
  'callback-dropped': 'Callbacks are lost',
  'callback-delayed': 'Callbacks come late',
  'callback-repeated': 'Callbacks come twice',
  'callback-reordered': 'Callbacks overtake each other',
  'wrong-signature': 'Webhooks are signed wrongly',
  'answer-lost': 'Answers to webhooks are lost',
  'rest-slow': 'REST is slow',
  'rest-refused': 'REST refuses',
  'rest-answer-late': 'REST does it, but answers late',
  'socket-lost': 'Browsers lose their socket',
  'no-media': 'Browsers have no audio',
  'other-region': 'Calls join in another region',
};
const TIMED = ['callback-delayed', 'callback-reordered', 'rest-slow', 'rest-answer-late'];
const faultForm = byId('fault');
const loadForm = byId('load');
let last = 0;

export const sinceStrike = () => last;

export function forgetFaults() {
  last = 0;
  for (const list of ['faults', 'strikes', 'generators']) byId(list).replaceChildren();
}

keepOptions(faultForm.elements.kind, Object.entries(KINDS).map(([value, text]) => ({ value, text })));

export function drawFaults(faults, strikes) {
  keep(byId('faults'), faults, fault => fault.id, fault => element('li', {},
    element('span', {}, element('b', { text: KINDS[fault.kind] }), element('span', { className: 'road', text: ` ${scope(fault)}` })),
    element('button', { type: 'button', className: 'quiet', text: 'Mend', onclick: () => act(() => ask('DELETE', `/lab/faults/${fault.id}`), byId('fault-problem')) })));
  byId('no-faults').hidden = faults.length > 0;
  const log = byId('strikes');
  for (const strike of strikes) {
    last = strike.number;
    log.prepend(element('li', {}, element('time', { text: time(strike.at) }), element('b', { text: KINDS[strike.kind] }),
      element('span', { className: 'road', text: strike.what })));
    if (log.children.length > SHOWN_STRIKES) log.lastChild.remove();
  }
  byId('strikes-section').hidden = !log.children.length;
}

function scope({ kind, share, next, match, seconds }) {
  return [
    next ? `the next ${next}` : share < 1 ? `${Math.round(share * 100)} % of them` : 'always',
    match && `where it says \u201c${match}\u201d`,
    TIMED.includes(kind) && `by ${seconds} s`,
  ].filter(Boolean).join(', ');
}

export function drawGenerators(generators) {
  keep(byId('generators'), generators, g => g.id, ({ id, plan }) => element('li', {},
    element('span', {}, element('b', { text: `${plan.calls} callers to ${plan.to}` }), element('span', { className: 'road counts' })),
    element('button', { type: 'button', className: 'quiet', text: 'Stop', onclick: () => act(() => ask('DELETE', `/lab/generators/${id}`), byId('load-problem')) })),
  (item, { counts, is_over: isOver }) => {
    const { offered, answered, abandoned, refused, ended } = counts;
    write(item.querySelector('.counts'), ` ${offered} offered, ${answered} answered, ${abandoned} abandoned, `
      + `${offered - ended} there now${refused ? `, ${refused} refused` : ''}${isOver ? ' \u00b7 over' : ''}`);
  });
}

export function drawClock({ kind, now }) {
  const words = { real: 'Real time', fast: 'Fast time', hand: 'Time moved by hand' };
  write(byId('time'), `${words[kind]} \u00b7 ${new Date(now).toLocaleString([], { hour12: false })}`);
  byId('advance').hidden = kind !== 'hand';
}

faultForm.addEventListener('submit', event => {
  event.preventDefault();
  const { kind, match, share, next, seconds } = faultForm.elements;
  act(() => ask('POST', '/lab/faults', {
    kind: kind.value, match: match.value.trim(), share: Number(share.value) / 100,
    next: next.value ? Number(next.value) : null, seconds: Number(seconds.value),
  }), byId('fault-problem'));
});

faultForm.addEventListener('input', showTimed);
showTimed();

function showTimed() {
  faultForm.querySelector('.for-timed').hidden = !TIMED.includes(faultForm.elements.kind.value);
}

byId('restart').addEventListener('click', () => act(() => ask('POST', '/lab/restart'), byId('fault-problem')));

loadForm.addEventListener('submit', event => {
  event.preventDefault();
  const { to, calls, rate, talk, patience, seed } = loadForm.elements;
  act(() => ask('POST', '/lab/generators', {
    to: to.value, calls: Number(calls.value), rates: [Number(rate.value)], seed: Number(seed.value),
    talk: { mean: Number(talk.value), shape: 'lognormal' }, patience: { mean: Number(patience.value) },
    voice: { tone: 440 },
  }), byId('load-problem'));
});

byId('advance').addEventListener('submit', event => {
  event.preventDefault();
  act(() => ask('POST', '/lab/clock', { advance: Number(event.target.elements.seconds.value) }), byId('load-problem'));
});
