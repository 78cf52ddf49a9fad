// A person plays a caller: a number, a voice, and patience.

import { byId, write } from './dom.js';
import { E164 } from './names.js';
import { microphoneCall } from './microphone.js';
import { act, ask } from './wire.js';

let awaited = null; // the phone that was just dialled, until its card has been shown

const form = byId('dial');

export function showAwaited() {
  // Its card, or its line where the call has ended already.
  const card = awaited && document.querySelector(`#phones > [data-key="${awaited}"], #ended > [data-key="${awaited}"]`);
  if (!card) return;
  awaited = null;
  const { top, bottom } = card.getBoundingClientRect();
  const room = 90; // its tags and details come a moment later
  if (top < 0 || bottom + room > innerHeight) card.scrollIntoView({ block: 'center' });
}

form.addEventListener('submit', event => {
  event.preventDefault();
  if (!check(form.elements.from, byId('from-problem'))) return form.elements.from.focus();
  act(async () => {
    const { from, to, patience, voice } = form.elements;
    if (!to.value) throw new Error('No company has a number to dial yet.');
    const wish = {
      from: from.value.trim(), to: to.value, patience: patience.value ? Number(patience.value) : null,
    };
    const phone = voice.value === 'microphone'
      ? await microphoneCall(offer => ask('POST', '/lab/phones', { ...wish, voice: { microphone: offer } }))
      : await ask('POST', '/lab/phones', { ...wish, voice: await spoken() });
    awaited = phone.sid;
    location.hash = '#calls';
  }, byId('problem'));
});

async function spoken() {
  const { voice, tone, wav } = form.elements;
  if (voice.value === 'silence') return { silence: true };
  if (voice.value === 'tone') return { tone: Number(tone.value) };
  if (!wav.files.length) throw new Error('Choose a WAV file first, or another voice.');
  return { wav: await base64(wav.files[0]) };
}

const AREAS = [312, 415, 617, 202, 303, 404, 512, 702, 813];

export async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export function check(field, problem) {
  const fits = E164.test(field.value.trim());
  field.setAttribute('aria-invalid', String(!fits));
  write(problem, fits ? '' : 'Write + and the country code first: 7 to 15 digits in all, no spaces, like +12125550147.');
  return fits;
}

form.addEventListener('input', () => {
  if (byId('from-problem').textContent) check(form.elements.from, byId('from-problem'));
  const kind = form.elements.voice.value;
  for (const each of ['tone', 'wav', 'microphone']) form.querySelector(`.for-${each}`).hidden = kind !== each;
  write(byId('pitch'), `${form.elements.tone.value} Hz`);
});

byId('another').addEventListener('click', () => {
  // A number that could be called back: 555-01xx is kept free for fiction in every area.
  const area = AREAS[Math.floor(Math.random() * AREAS.length)];
  const digits = String(Math.floor(Math.random() * 100)).padStart(2, '0');
  form.elements.from.value = `+1${area}55501${digits}`;
  check(form.elements.from, byId('from-problem'));
});
