import { hash } from 'node:crypto';

import canonicalize from 'canonicalize';

import type { JsonObject } from '@haven/kernel';

/** Returns the canonical form of a JSON object (RFC 8785). */
export function canonical(value: JsonObject): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('A JSON object always has a canonical form.');
  return text;
}

/** Returns the SHA-256 hash of an object's canonical form. */
export function canonicalHash(value: JsonObject): Buffer {
  return hash('sha256', canonical(value), 'buffer');
}
