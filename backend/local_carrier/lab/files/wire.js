// The lab's HTTP API, and where its refusals are shown.

import { byId, write } from './dom.js';

export async function ask(method, path, body) {
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

// Does something that a person asked for. What went wrong is said where they asked.
export async function act(doing, problem = byId('problem')) {
  try {
    write(problem, '');
    await doing();
  } catch (error) {
    write(problem, error.message);
  }
  document.dispatchEvent(new Event('look'));
}
