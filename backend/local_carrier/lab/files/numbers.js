// The numbers that the companies own, in each form that asks for one.

import { byId, keepOptions } from './dom.js';

export function drawNumbers(accounts) {
  // Two spaces that HTML keeps: the company is read beside the number, in the closed list too.
  const options = accounts.flatMap(account => account.numbers.map(number => ({
    value: number.phone_number, text: `${account.friendly_name}\u00a0 ${number.phone_number}`,
  })));
  for (const form of ['dial', 'text', 'load']) keepOptions(byId(form).elements.to, options);
}
