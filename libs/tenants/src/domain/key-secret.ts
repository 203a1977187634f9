import { randomBytes } from 'node:crypto';

import { sha256 } from '@haven/kernel';

/**
 * The format of an API key. The secret in it is 32 random bytes, which cannot be guessed, so a fast hash protects it as
 * well as a slow one.
 */
const KEY = /^hvn_([0-9a-f]{16})_([0-9a-f]{64})$/;

/** The prefix by which API keys are distinguished from tokens. */
export const KEY_PREFIX = 'hvn_';

/** The two parts of an API key: the id, which is public, and the secret, of which only the hash is stored. */
export interface KeyParts {
  readonly id: string;
  readonly secret: string;
}

/** Returns the parts of `hvn_<id>_<secret>`, or undefined if the text has another format. */
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

/** Returns the SHA-256 hash of a secret. */
export function hashSecret(secret: string): Buffer {
  return sha256(secret);
}
