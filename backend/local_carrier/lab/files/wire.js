// The lab's HTTP API, and where its refusals are shown.

import { write } from './dom.js';

export class Unanswered extends Error {
  constructor(message, { isOutOfReach = false } = {}) {
    super(message);
    this.isOutOfReach = isOutOfReach;
  }
}

// Gives what the carrier tells. Throws `Unanswered` when it refuses, or cannot be asked, or takes longer than `patience`.
export async function ask(method, path, body, patience = null) {
  const response = await fetch(path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
    signal: patience === null ? null : AbortSignal.timeout(patience),
  }).catch(outOfReach);
  const text = await response.text().catch(outOfReach);
  const told = parsed(text);
  if (!response.ok) throw new Unanswered(told?.detail ?? `The carrier answered ${response.status}.`);
  return told;
}

function outOfReach() {
  throw new Unanswered('The carrier is out of reach, so nothing was done.', { isOutOfReach: true });
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    throw new Unanswered('What answered is not the carrier.');
  }
}

// Does something that a person asked for. What went wrong is said where they asked.
export async function act(doing, problem) {
  try {
    write(problem, '');
    await doing();
  } catch (error) {
    write(problem, error.message);
  }
  document.dispatchEvent(new Event('look'));
}
