import { ValidateBy } from 'class-validator';

import { isLoopback } from './loopback.js';

/** Whether what is asked for at this address can be believed to come from there: `https`, or `http` on this machine. */
export function isSecureUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, username, hash } = new URL(value);
  if (username !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')));
}

/** Accepts an address of `https`, or of `http` on loopback. */
export function IsSecureUrl(): PropertyDecorator {
  const message = 'must be an https:// address; http:// is for loopback alone';
  return ValidateBy({ name: 'isSecureUrl', validator: { validate: isSecureUrl } }, { message });
}
