import { isIP } from 'node:net';

import { ValidateBy } from 'class-validator';
import type { ValidationOptions } from 'class-validator';

/** Accepts an IP address or a CIDR range. */
export function IsNetwork(options: ValidationOptions): PropertyDecorator {
  return ValidateBy({ name: 'isNetwork', validator: { validate: isNetwork } }, options);
}

export function isNetwork(value: unknown): boolean {
  if (typeof value !== 'string' || value.includes('%')) return false;
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  if (bits === undefined || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}
