import { createPublicKey, verify } from 'node:crypto';

import { Webhook as Receiver } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';

import { newSigningSecret, publicKeyOf, signatures } from './signing.js';

const ID = '019b1c2d-0000-7000-8000-000000000001';
const BODY = '{"type":"record.created","data":{"title":"Blå måne","n":1e3}}';
const NOW = Math.floor(Date.now() / 1_000);

const headersOf = (signature: string, timestamp = NOW) => ({
  'webhook-id': ID,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
});

/** Verifies a `v1a` signature with only the public key. */
function isSignedBy(publicKey: string, signature: string, body: string): boolean {
  const [scheme, value = ''] = signature.split(',');
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
  const content = Buffer.from(`${ID}.${NOW}.${body}`);
  return scheme === 'v1a' && verify(null, content, key, Buffer.from(value, 'base64'));
}

describe('v1', () => {
  it('has a secret of 32 random bytes', () => {
    const secrets = Array.from({ length: 100 }, () => newSigningSecret('v1'));
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(publicKeyOf(newSigningSecret('v1'))).toBeNull();
  });

  it('produces the example signature of the specification', () => {
    const signature = signatures(
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330,
      '{"test": 2432232314}',
    );
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is accepted by the official package, for text and for bytes', () => {
    const secret = newSigningSecret('v1');
    for (const body of [BODY, Buffer.from(BODY)]) {
      const signature = signatures([secret], ID, NOW, body);
      expect(new Receiver(secret).verify(BODY, headersOf(signature))).toEqual(JSON.parse(BODY));
    }
  });

  it('is rejected with another secret, id, timestamp or body', () => {
    const secret = newSigningSecret('v1');
    const signature = signatures([secret], ID, NOW, BODY);
    const receiver = new Receiver(secret);
    expect(() => new Receiver(newSigningSecret('v1')).verify(BODY, headersOf(signature))).toThrow('No matching');
    expect(() => receiver.verify(BODY, { ...headersOf(signature), 'webhook-id': 'other' })).toThrow('No matching');
    expect(() => receiver.verify(BODY, headersOf(signature, NOW - 1))).toThrow('No matching');
    expect(() => receiver.verify(`${BODY} `, headersOf(signature))).toThrow('No matching');
  });

  it('signs bytes that are not valid UTF-8 unchanged', () => {
    const secret = newSigningSecret('v1');
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    expect(signatures([secret], ID, NOW, bytes)).not.toBe(signatures([secret], ID, NOW, bytes.toString()));
  });
});

describe('v1a', () => {
  it('has a private key whose second half is the public key', () => {
    const secret = newSigningSecret('v1a');
    expect(secret).toMatch(/^whsk_[A-Za-z0-9+/]{86}==$/);
    const publicKey = publicKeyOf(secret)?.replace('whpk_', '') ?? '';
    expect(Buffer.from(secret.replace('whsk_', ''), 'base64').subarray(32)).toEqual(Buffer.from(publicKey, 'base64'));
  });

  it('is verified with the public key alone', () => {
    const secret = newSigningSecret('v1a');
    const signature = signatures([secret], ID, NOW, BODY);
    expect(isSignedBy(publicKeyOf(secret)!, signature, BODY)).toBe(true);
    expect(isSignedBy(publicKeyOf(secret)!, signature, `${BODY} `)).toBe(false);
    expect(isSignedBy(publicKeyOf(newSigningSecret('v1a'))!, signature, BODY)).toBe(false);
  });
});

describe('several secrets', () => {
  it('each produce a signature, in the order of the secrets', () => {
    const [first, second, third] = [newSigningSecret('v1'), newSigningSecret('v1a'), newSigningSecret('v1')] as const;
    const header = signatures([first, second, third], ID, NOW, BODY);
    expect(header).toMatch(/^v1,\S{44} v1a,\S{88} v1,\S{44}$/);
    for (const secret of [first, third]) new Receiver(secret).verify(BODY, headersOf(header));
    expect(isSignedBy(publicKeyOf(second)!, header.split(' ')[1]!, BODY)).toBe(true);
    expect(() => new Receiver(newSigningSecret('v1')).verify(BODY, headersOf(header))).toThrow('No matching');
  });
});
