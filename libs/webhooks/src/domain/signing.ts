import { createHmac, createPrivateKey, createSecretKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import type { Scheme } from './webhook.js';

/** Prefixes of Standard Webhooks for a shared secret, an ed25519 private key and an ed25519 public key. */
const SHARED_PREFIX = 'whsec_';
const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';

/** Size of a shared secret, and of each half of a private key. */
const SECRET_BYTES = 32;

/** Parsed keys by their text, because parsing a key takes longer than signing with it. */
const keys = new LRUCache<string, KeyObject>({ max: 10_000 });

/**
 * Creates a secret for a scheme. For `v1a`, it is a private key as in NaCl: 64 bytes, the seed followed by the public
 * key.
 */
export function newSigningSecret(scheme: Scheme): string {
  if (scheme === 'v1') return SHARED_PREFIX + randomBytes(SECRET_BYTES).toString('base64');
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return PRIVATE_PREFIX + Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]).toString('base64');
}

/** Returns the public key of a private key, or null for a shared secret. */
export function publicKeyOf(secret: string): string | null {
  return secret.startsWith(PRIVATE_PREFIX)
    ? PUBLIC_PREFIX + secretBytesOf(secret).subarray(SECRET_BYTES).toString('base64')
    : null;
}

/**
 * Returns the value of the header `webhook-signature`: one signature for each secret. `timestamp` is in seconds, as in
 * `webhook-timestamp`.
 */
export function signatures(secrets: readonly string[], id: string, timestamp: number, body: string | Buffer): string {
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  return secrets.map((secret) => signature(signingKeyOf(secret), content)).join(' ');
}

function signature(key: KeyObject, content: Buffer): string {
  return key.type === 'secret'
    ? `v1,${createHmac('sha256', key).update(content).digest('base64')}`
    : `v1a,${sign(null, content, key).toString('base64')}`;
}

function signingKeyOf(secret: string): KeyObject {
  const cached = keys.get(secret);
  if (cached) return cached;
  const key = secret.startsWith(PRIVATE_PREFIX)
    ? privateKey(secretBytesOf(secret))
    : createSecretKey(secretBytesOf(secret));
  keys.set(secret, key);
  return key;
}

function privateKey(bytes: Buffer): KeyObject {
  const d = bytes.subarray(0, SECRET_BYTES).toString('base64url');
  const x = bytes.subarray(SECRET_BYTES).toString('base64url');
  return createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', d, x } });
}

function secretBytesOf(secret: string): Buffer {
  return Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64');
}
