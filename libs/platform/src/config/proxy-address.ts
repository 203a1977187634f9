import { ValidateBy } from 'class-validator';
import type { ValidationOptions } from 'class-validator';

import { isNetwork } from './network.js';

const namedRanges: readonly unknown[] = ['loopback', 'linklocal', 'uniquelocal'];

/** Accepts an IP address, a CIDR range, or one of the names that Fastify's `trustProxy` knows. */
export function IsProxyAddress(options: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown) => namedRanges.includes(value) || isNetwork(value);
  return ValidateBy({ name: 'isProxyAddress', validator: { validate } }, options);
}
