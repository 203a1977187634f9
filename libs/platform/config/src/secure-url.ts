import { ValidateBy } from 'class-validator';

import { isLoopback } from './loopback.js';

/** Whether responses from this URL can be trusted to come from its host: `https`, or `http` on loopback. */
export function isSecureUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, username, hash } = new URL(value);
  if (username !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')));
}

/** Accepts an `https` URL, or an `http` URL on loopback. */
export function IsSecureUrl(): PropertyDecorator {
  const message = 'must be an https:// URL; http:// is allowed only on loopback';
  return ValidateBy({ name: 'isSecureUrl', validator: { validate: isSecureUrl } }, { message });
}
