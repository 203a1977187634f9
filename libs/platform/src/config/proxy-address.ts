import { isIP } from 'node:net';

import { ValidateBy } from 'class-validator';
import type { ValidationOptions } from 'class-validator';

const namedRanges = ['loopback', 'linklocal', 'uniquelocal'];

/** Accepts an IP address, a CIDR range, or one of the names that Fastify's `trustProxy` knows. */
export function IsProxyAddress(options: ValidationOptions): PropertyDecorator {
  return ValidateBy({ name: 'isProxyAddress', validator: { validate: isProxyAddress } }, options);
}

function isProxyAddress(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (namedRanges.includes(value)) return true;
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  if (bits === undefined || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}
