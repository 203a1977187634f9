import { hash, randomBytes } from 'node:crypto';

/** The secret is 32 random bytes: nobody guesses it, so a plain hash keeps it as well as a slow one. */
const KEY = /^hvn_([0-9a-f]{16})_([0-9a-f]{64})$/;

/** What begins like this is meant to be an API key. */
export const KEY_PREFIX = 'hvn_';

/** An API key in its two parts: the id, which may be known, and the secret, which is kept as a hash. */
export interface KeyParts {
  readonly id: string;
  readonly secret: string;
}

/** The parts of `hvn_<id>_<secret>`; undefined if the text is no such thing. */
export function parseKey(text: string): KeyParts | undefined {
  const [, id, secret] = KEY.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export function printKey({ id, secret }: KeyParts): string {
  return `${KEY_PREFIX}${id}_${secret}`;
}

export function newKeyId(): string {
  return randomBytes(8).toString('hex');
}

export function newKeySecret(): string {
  return randomBytes(32).toString('hex');
}

/** SHA-256 of a secret. */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
