import { randomUUID } from 'node:crypto';

import { generateKeyPair, SignJWT } from 'jose';
import { beforeAll, beforeEach, expect, it } from 'vitest';

import { loadConfig } from '@haven/config';

import { CredentialCache } from '../domain/credential-cache.js';
import { JwksProvider } from '../domain/jwks-provider.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { TokenVerifier } from './token-verifier.js';

const ISSUER = 'https://login.example.com';
const TENANT = randomUUID();
const set = [`tokens.issuer=${ISSUER}`, 'tokens.audience=haven', `tokens.tenant=${TENANT}`];
const { config } = loadConfig({ configDir: 'config', env: { HAVEN_ENV: 'test' }, set });

let pair: Awaited<ReturnType<typeof generateKeyPair>>;
let withdrawal: AbortController;
let keyReads: number;
let tokens: TokenAuthenticator;

class OneKey extends JwksProvider {
  async find() {
    keyReads++;
    return withdrawal.signal.aborted ? undefined : { value: pair.publicKey, expired: withdrawal.signal };
  }
}

class OneTenant extends CredentialCache {
  key() {
    return undefined;
  }

  reloadKey() {
    return undefined;
  }

  tenant(id: string) {
    return { value: { id, state: 'active' as const }, expired: new AbortController().signal };
  }
}

const token = (expires: number) =>
  new SignJWT({ scope: 'records:read' })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(ISSUER)
    .setAudience('haven')
    .setSubject('ada')
    .setExpirationTime(new Date(expires))
    .sign(pair.privateKey);

beforeAll(async () => {
  pair = await generateKeyPair('ES256');
});

beforeEach(() => {
  keyReads = 0;
  withdrawal = new AbortController();
  tokens = new TokenAuthenticator(new TokenVerifier(new OneKey(), config), new OneTenant());
});

it('accepts a verified token again synchronously, without reading the key again', async () => {
  const text = await token(Date.now() + 60_000);
  const first = await tokens.authenticate(text, 'a');
  const second = tokens.authenticate(text, 'b');
  expect(second).not.toBeInstanceOf(Promise);
  expect(second).toMatchObject({ tenantId: TENANT, actor: 'token:ada', traceId: 'b' });
  expect([keyReads, first.traceId]).toEqual([1, 'a']);
});

it('rejects a verified token once its key is withdrawn', async () => {
  const text = await token(Date.now() + 60_000);
  await tokens.authenticate(text, 'a');
  withdrawal.abort();
  await expect(tokens.authenticate(text, 'b')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(keyReads).toBe(2);
});

it('verifies a token again once it has expired', async () => {
  const skew = config.tokens.clockSkew;
  const text = await token(Date.now() - skew + 2_000);
  const { abortSignal } = await tokens.authenticate(text, 'a');
  const signal = abortSignal?.(new AbortController().signal);
  await new Promise((resolve) => signal?.addEventListener('abort', resolve));
  await expect(async () => tokens.authenticate(text, 'b')).rejects.toMatchObject({ detail: 'The token has expired.' });
});
