import { createHmac, createPrivateKey, createSecretKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import type { Scheme } from './webhook.js';

/** How Standard Webhooks writes a shared secret, an ed25519 private key and its public key. */
const SHARED = 'whsec_';
const PRIVATE = 'whsk_';
const PUBLIC = 'whpk_';

/** The size of a shared secret, and of either half of a private key. */
const BYTES = 32;

/** Making a key of its text takes longer than signing with it. */
const keys = new LRUCache<string, KeyObject>({ max: 10_000 });

/** A private key is the seed with the public key behind it: 64 bytes, as NaCl has it and receivers of `v1a` know it. */
export function newSigningSecret(scheme: Scheme): string {
  if (scheme === 'v1') return SHARED + randomBytes(BYTES).toString('base64');
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return PRIVATE + Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]).toString('base64');
}

/** What verifies the signatures of a private key; a shared secret has nothing that could be shown. */
export function publicKeyOf(secret: string): string | null {
  return secret.startsWith(PRIVATE) ? PUBLIC + secretBytesOf(secret).subarray(BYTES).toString('base64') : null;
}

/** The header `webhook-signature`: one signature for each secret. `timestamp` is in seconds, as in `webhook-timestamp`. */
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
  const known = keys.get(secret);
  if (known) return known;
  const key = secret.startsWith(PRIVATE) ? privateKey(secretBytesOf(secret)) : createSecretKey(secretBytesOf(secret));
  keys.set(secret, key);
  return key;
}

function privateKey(bytes: Buffer): KeyObject {
  const d = bytes.subarray(0, BYTES).toString('base64url');
  const x = bytes.subarray(BYTES).toString('base64url');
  return createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', d, x } });
}

function secretBytesOf(secret: string): Buffer {
  return Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64');
}
