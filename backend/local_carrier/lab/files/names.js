// Names for people: callers by number, agents and conferences by what they are; ids in the title.

const accounts = new Map();
const owners = new Map(); // whose phone it is, by the SID of its call
const HEX = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/i;
const idIn = text => text.match(HEX)?.[0];
const short = name => (name.length > 18 ? `${name.slice(0, 16)}\u2026` : name);

export const E164 = /^\+[1-9]\d{6,14}$/;
export const pitched = (kind, hz) => (hz ? `${kind}, ${Math.round(hz)} Hz` : kind);
export const prefixed = (words, name) => ({ ...name, text: words + name.text });

export function learnAccounts(told) {
  for (const account of told) accounts.set(account.account_sid, account.friendly_name);
}

export function learnOwners(phones) {
  for (const phone of phones) owners.set(phone.sid, ownerName(phone).text);
}

// A telephone that we rang is known by its own number, which is the one that was dialled.
export const ownerName = phone => (phone.direction === 'inbound' ? callerName(phone) : calledName(phone.to));

export const accountName = sid => accounts.get(sid) ?? sid ?? '';

export function callerName({ kind = '', from }) {
  const isAgent = kind === 'browser' || kind === 'softphone' || from.startsWith('client:');
  if (!isAgent) return { text: from };
  const identity = from.replace(/^client:/, '');
  return { text: 'Agent\u2019s browser', small: idIn(identity)?.slice(0, 6) ?? short(identity), title: from };
}

export function calledName(to) {
  if (!to) return { text: 'TwiML App' };
  return to.startsWith('client:') ? callerName({ from: to }) : { text: to };
}

export function conferenceName(name) {
  const id = idIn(name);
  return id ? { text: `Call ${id.slice(0, 8)}`, title: name } : { text: short(name), title: name };
}

export function labelName(label) {
  const id = idIn(label);
  return id ? { text: `Agent ${id.slice(0, 6)}`, title: label } : { text: short(label), title: label };
}

export function participantName({ label, caller }) {
  if (caller.startsWith('client:')) return callerName({ from: caller });
  return { text: label && !idIn(label) ? `${caller} (${label})` : caller, title: label ?? '' };
}

export function sourceName(heard) {
  if (heard.kind === 'participant') return owners.get(heard.sid) ?? labelName(heard.label ?? heard.sid).text;
  if (heard.kind === 'say') return `\u201c${heard.text}\u201d`;
  return heard.url.replace(/^https?:\/\/[^/]+/, '');
}
