import { createHmac } from 'node:crypto';

import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { openStream, subscribe } from '../support/change-streams.js';
import { secondHaven, startHaven } from '../support/haven.js';
import { AUDIENCE, IdentityProvider, secondsFromNow } from '../support/identity-provider.js';
import type { TokenParts } from '../support/identity-provider.js';

const OPERATOR = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const SKEW = 30;

const provider = await IdentityProvider.start();
const haven = startHaven([
  `auth.operatorKey=${OPERATOR}`,
  `tokens.issuer=${provider.issuer}`,
  `tokens.audience=other,${AUDIENCE}`,
  `tokens.clockSkew=${SKEW}s`,
  'tokens.tenantClaim=org.tenant',
  'tokens.scopeMap=editor=records:write,editor=collections:write,admin=operator',
  'tokens.keysCooldown=100ms',
  'tokens.keysMaxAge=1s',
]);

const waitFor = <T>(condition: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(condition, { timeout: 20_000, interval: 20 });

const ALL = 'records:read changes:read editor';
let acme: string;
let other: string;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const asOperator = (method: string, path: string, body?: unknown) => haven.rest(method, path, body, bearer(OPERATOR));
const tenant = async (name: string): Promise<string> => (await asOperator('POST', '/tenants', { name })).body.id;

/** Returns a token of Acme with all scopes except `operator`. */
const tokenOf = ({ claims, ...parts }: TokenParts = {}) =>
  provider.token({ claims: { org: { tenant: acme }, scope: ALL, ...claims }, ...parts });
const collections = (token: string) => haven.rest('GET', '/collections', undefined, bearer(token));
const statusOf = async (token: string) => (await collections(token)).status;
const detailOf = async (token: string) => (await collections(token)).body.detail;

beforeAll(async () => {
  acme = await tenant('Acme');
  other = await tenant('Other');
  await haven.rest('POST', '/collections', { name: 'films' }, bearer(await tokenOf()));
});

afterEach(() => {
  provider.fault = undefined;
});

afterAll(() => provider.kill());

describe('a token', () => {
  it('is accepted by both APIs, and its subject is the actor', async () => {
    const token = await tokenOf({ claims: { sub: 'ada@example.com' } });
    const { body } = await haven.rest('POST', '/collections/films/records', { data: { n: 1 } }, bearer(token));
    const history = `{ record(collection: "films", id: "${body.id}") { history { edges { node { actor } } } } }`;
    const response = await haven.graphql(history, {}, bearer(token));
    expect(response.body.data.record.history.edges).toEqual([{ node: { actor: 'token:ada@example.com' } }]);
  });

  it.each([
    ['the name of its tenant', () => tokenOf({ claims: { org: { tenant: 'Acme' } } })],
    ['a claim with dots in its name', () => tokenOf({ claims: { 'org.tenant': acme, org: undefined } })],
    ['several audiences', () => tokenOf({ claims: { aud: ['elsewhere', AUDIENCE] } })],
    ['scopes in a list', () => tokenOf({ claims: { scope: ['records:read', 'openid'] } })],
    ['the type JWT', () => tokenOf({ header: { typ: 'JWT' } })],
    ['the full media type', () => tokenOf({ header: { typ: 'application/at+jwt' } })],
    ['no type', () => tokenOf({ header: { typ: undefined } })],
    ['an expiry within the skew', () => tokenOf({ claims: { exp: secondsFromNow(10 - SKEW) } })],
    ['a start (nbf) within the skew', () => tokenOf({ claims: { nbf: secondsFromNow(SKEW - 10) } })],
  ])('is accepted with %s', async (_, make) => {
    const token = await make();
    expect([await statusOf(token), await statusOf(token)]).toEqual([200, 200]);
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['another issuer', () => tokenOf({ claims: { iss: 'https://evil.example' } }), /claim iss of the token/],
    ['another audience', () => tokenOf({ claims: { aud: 'elsewhere' } }), /claim aud of the token/],
    ['no audience', () => tokenOf({ claims: { aud: undefined } }), /claim aud of the token/],
    ['no expiry', () => tokenOf({ claims: { exp: undefined } }), /claim exp of the token/],
    ['no subject', () => tokenOf({ claims: { sub: undefined } }), /claim sub of the token/],
    ['a subject that is too long', () => tokenOf({ claims: { sub: 'a'.repeat(256) } }), /sub is empty/],
    ['an empty subject', () => tokenOf({ claims: { sub: '' } }), /sub is empty/],
    ['a number as subject', () => tokenOf({ claims: { sub: 7 } }), /sub is not a string/],
    ['a list as subject', () => tokenOf({ claims: { sub: ['ada'] } }), /sub is not a string/],
    ['an object as subject', () => tokenOf({ claims: { sub: { toString: 'ada' } } }), /sub is not a string/],
    ['true as subject', () => tokenOf({ claims: { sub: true } }), /sub is not a string/],
    ['null as subject', () => tokenOf({ claims: { sub: null } }), /sub is not a string/],
    ['a subject with control characters', () => tokenOf({ claims: { sub: 'a\u001b[2J' } }), /sub is empty/],
    ['no tenant', () => tokenOf({ claims: { org: {} } }), /must name its tenant in the claim org\.tenant/],
    ['a tenant that is not a string', () => tokenOf({ claims: { org: { tenant: [acme] } } }), /must name its tenant/],
    ['a tenant with U+0000', () => tokenOf({ claims: { org: { tenant: 'a\0b' } } }), /must name its tenant/],
    [
      'an unknown tenant',
      () => tokenOf({ claims: { org: { tenant: 'Nobody' } } }),
      /tenant that the token names does not exist/,
    ],
    ['an expiry beyond the skew', () => tokenOf({ claims: { exp: secondsFromNow(-SKEW - 10) } }), /has expired/],
    [
      'a start (nbf) beyond the skew',
      () => tokenOf({ claims: { nbf: secondsFromNow(SKEW + 60) } }),
      /claim nbf of the token/,
    ],
    ['the type of another kind of token', () => tokenOf({ header: { typ: 'logout+jwt' } }), /type \(typ\)/],
    ['too many characters', () => tokenOf({ claims: { fill: 'x'.repeat(8_192) } }), /longer than 8192/],
    ['a `crit` header', () => tokenOf({ header: { crit: ['b64'], b64: true } }), /critical/],
    ['a changed claim', forged, /signature is wrong/],
    ['no signature', unsigned, /algorithm/],
    ["HS256 over the provider's public key", () => signedWithPublicKey(), /algorithm/],
    ['a key in its own header', () => withOwnKey(), /signature is wrong/],
    ['an algorithm that is not configured', () => signedWith('ES384'), /algorithm/],
    ['malformed content', async () => 'abc.def.ghi', /malformed/],
  ])('is rejected with %s', async (_, make, reason) => {
    const token = await make();
    const answer = await collections(token);
    expect(answer.body).toMatchObject({ code: 'UNAUTHENTICATED', detail: expect.stringMatching(reason) });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Bearer realm="haven", error="invalid_token", error_description="[^"\\]*"$/),
    ]);
    const { body } = await haven.graphql('{ collections { totalCount } }', {}, bearer(token));
    expect(body).toEqual({ errors: [expect.objectContaining({ message: answer.body.detail })] });
    expect(body.errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  });

  it('has the permissions of its scopes, and none for unknown scopes', async () => {
    const reader = await tokenOf({ claims: { scope: 'records:read viewer constructor operator' } });
    const record = { data: { n: 1 } };
    const written = await haven.rest('POST', '/collections/films/records', record, bearer(reader));
    expect(written.body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await statusOf(await tokenOf({ claims: { scope: undefined } }))).toBe(403);
    const editor = bearer(await tokenOf({ claims: { scope: 'editor' } }));
    expect((await haven.rest('POST', '/collections/films/records', record, editor)).status).toBe(201);
    expect((await haven.rest('GET', '/collections/films/records', undefined, editor)).status).toBe(403);
  });

  it('sees nothing of another tenant', async () => {
    const foreign = bearer(await tokenOf({ claims: { org: { tenant: other } } }));
    expect((await haven.rest('GET', '/collections/films', undefined, foreign)).status).toBe(404);
  });

  it('is rejected while its tenant is suspended', async () => {
    const id = await tenant('Short of money');
    const token = await tokenOf({ claims: { org: { tenant: id } } });
    expect(await statusOf(token)).toBe(200);
    await asOperator('PATCH', `/tenants/${id}`, { suspended: true });
    await waitFor(async () => expect((await collections(token)).body).toMatchObject({ code: 'TENANT_SUSPENDED' }));
    await asOperator('PATCH', `/tenants/${id}`, { suspended: false });
    await waitFor(async () => expect(await statusOf(token)).toBe(200));
    await asOperator('DELETE', `/tenants/${id}`);
    await waitFor(async () => expect(await detailOf(token)).toMatch(/tenant that the token names does not exist/));
  });

  it('can have the scope `operator` only if configured, and only for the default tenant', async () => {
    const claims = { scope: 'admin' };
    const operator = bearer(await tokenOf({ claims: { ...claims, org: { tenant: 'default' } } }));
    expect((await haven.rest('GET', '/tenants', undefined, operator)).status).toBe(403);
    const settings = [`tokens.issuer=${provider.issuer}`, `tokens.audience=${AUDIENCE}`, 'tokens.operators=true'];
    const { app, url } = await secondHaven(haven, [
      ...settings,
      `tokens.jwksUrl=${provider.jwksUrl}`,
      'tokens.tenantClaim=org.tenant',
      'tokens.scopeMap=admin=operator',
    ]);
    const ask = async (headers: Record<string, string>) => (await fetch(`${url}/api/v1/tenants`, { headers })).status;
    expect(await ask(operator)).toBe(200);
    expect(await ask(bearer(await tokenOf({ claims })))).toBe(403);
    await app.close();
  });

  it('can be restricted to collections, and all tokens to one tenant', async () => {
    const { app, url } = await secondHaven(haven, [
      `tokens.issuer=${provider.issuer}`,
      `tokens.audience=${AUDIENCE}`,
      'tokens.tenant=Acme',
      'tokens.collectionsClaim=only',
    ]);
    const ask = async (claims: JWTPayload) => {
      const headers = bearer(await provider.token({ claims: { scope: 'records:read', ...claims } }));
      return (await fetch(`${url}/api/v1/collections/films/records`, { headers })).status;
    };
    expect(await Promise.all([ask({ only: 'films shows' }), ask({ only: ['*'] })])).toEqual([200, 200]);
    expect(await Promise.all([ask({ only: ['shows'] }), ask({ only: [] }), ask({})])).toEqual([403, 403, 401]);
    await app.close();
  });
});

describe('a stream or subscription that a token has opened', () => {
  const follow = async (claims: JWTPayload, kid?: string) => {
    const token = await tokenOf({ claims, kid });
    await waitFor(async () => expect(await statusOf(token)).toBe(200));
    const stream = await openStream(`${haven.url}/api/v1/changes`, bearer(token));
    const subscription = subscribe(haven.url, 'subscription { changes { cursor } }', { parameters: bearer(token) });
    await waitFor(() => expect([stream.events.length, subscription.changes.length]).toEqual([1, 1]));
    return { stream, subscription };
  };

  it('ends when the token expires', async () => {
    const { stream, subscription } = await follow({ exp: secondsFromNow(6 - SKEW) });
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: 'error', data: { code: 'UNAUTHENTICATED', status: 401 } });
    expect(await subscription.closed).toMatchObject({ code: 4401, reason: 'The API key or token has expired.' });
  });

  it('ends when the provider withdraws the key, and those of other keys do not', async () => {
    await provider.add('leaked');
    const [{ stream, subscription }, good] = [await follow({}, 'leaked'), await follow({})];
    provider.withdraw('leaked');
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: 'error', data: { code: 'UNAUTHENTICATED' } });
    expect(await subscription.closed).toMatchObject({ code: 4401 });
    expect(good.stream.events).toHaveLength(1);
    good.stream.close();
    await good.subscription.client.dispose();
  });

  it('is not opened with an invalid token', async () => {
    const token = await tokenOf({ claims: { aud: 'elsewhere' } });
    const { response } = await openStream(`${haven.url}/api/v1/changes`, bearer(token));
    expect(response.status).toBe(401);
    const refused = subscribe(haven.url, 'subscription { changes { cursor } }', { parameters: bearer(token) });
    expect(await refused.closed).toMatchObject({
      code: 4401,
      reason: 'The claim aud of the token is missing or has an unexpected value.',
    });
  });
});

describe("the provider's keys", () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'])('can be rotated without a restart, to %s', async (alg) => {
    const kid = `next ${alg}`;
    await provider.add(kid, alg);
    const token = await tokenOf({ kid });
    await waitFor(async () => expect(await statusOf(token)).toBe(200));
  });

  it('that are withdrawn are not accepted, not even for cached tokens', async () => {
    await provider.add('old');
    const token = await tokenOf({ kid: 'old' });
    await waitFor(async () => expect(await statusOf(token)).toBe(200));
    provider.withdraw('old');
    await waitFor(async () => expect(await statusOf(token)).toBe(401));
  });

  it('remain valid while the provider fails, and unknown ones are rejected', async () => {
    let failures = 0;
    provider.fault = (_request, response) => {
      failures++;
      response.writeHead(500).end();
    };
    await waitFor(() => expect(failures).toBeGreaterThan(1));
    expect(await statusOf(await tokenOf({ claims: { jti: 'while it fails' } }))).toBe(200);
    await provider.kill();
    await provider.add('never shown', 'ES256', { published: false });
    expect(await statusOf(await tokenOf({ claims: { jti: 'while it is down' } }))).toBe(200);
    expect(await detailOf(await tokenOf({ kid: 'never shown' }))).toMatch(/does not publish/);
    await provider.resume();
  });

  it('are requested once for all concurrent requests with unknown keys, even if the provider hangs', async () => {
    const stuck = await IdentityProvider.start();
    let reads = 0;
    stuck.fault = () => void reads++;
    const { app, url } = await secondHaven(haven, [
      `tokens.issuer=${stuck.issuer}`,
      `tokens.audience=${AUDIENCE}`,
      `tokens.jwksUrl=${stuck.jwksUrl}`,
      'tokens.keysCooldown=1h',
      'tokens.keysMaxAge=1h',
    ]);
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, n) => stuck.token({ claims: { jti: `${n}` } })));
    const ask = async (token: string) => (await fetch(`${url}/api/v1/collections`, { headers: bearer(token) })).status;
    for (const _ of ['waits for the answer that does not come', 'is within the cooldown'])
      expect(new Set(await Promise.all(tokens.map(ask)))).toEqual(new Set([401]));
    expect(reads).toBe(1);
    await app.close();
    await stuck.kill();
  });

  it.each([
    ['another issuer', (url: string) => ({ issuer: 'https://evil.example', jwks_uri: `${url}/keys` })],
    ['a key URL without TLS', (url: string) => ({ issuer: url, jwks_uri: 'http://keys.example/' })],
    ['no keys', (url: string) => ({ issuer: url })],
  ])('are not trusted if discovery returns %s', async (_, document) => {
    const liar = await IdentityProvider.start();
    liar.fault = (_request, response) => void response.end(JSON.stringify(document(liar.issuer)));
    const { app, url } = await secondHaven(haven, [`tokens.issuer=${liar.issuer}`, `tokens.audience=${AUDIENCE}`]);
    const token = await liar.token({ claims: { tenant: acme, scope: ALL } });
    expect((await fetch(`${url}/api/v1/collections`, { headers: bearer(token) })).status).toBe(401);
    await app.close();
    await liar.kill();
  });
});

async function forged(): Promise<string> {
  const [header, , signature] = (await tokenOf()).split('.');
  const [, payload] = (await tokenOf({ claims: { org: { tenant: other } } })).split('.');
  return [header, payload, signature].join('.');
}

async function unsigned(): Promise<string> {
  const [, payload] = (await tokenOf()).split('.');
  return `${base64url({ alg: 'none', kid: 'first', typ: 'at+jwt' })}.${payload}.`;
}

/** CVE-2015-9235: a vulnerable verifier uses the public key as a shared secret. */
async function signedWithPublicKey(): Promise<string> {
  const [, payload] = (await tokenOf()).split('.');
  const text = `${base64url({ alg: 'HS256', kid: 'first', typ: 'at+jwt' })}.${payload}`;
  return `${text}.${createHmac('sha256', JSON.stringify(provider.publicKey())).update(text).digest('base64url')}`;
}

async function withOwnKey(): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const claims = { iss: provider.issuer, aud: AUDIENCE, sub: 'eve', exp: secondsFromNow(60), org: { tenant: acme } };
  const header = { alg: 'ES256', kid: 'first', typ: 'at+jwt', jwk: await exportJWK(publicKey) };
  return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
}

async function signedWith(alg: string): Promise<string> {
  await provider.add(alg, alg);
  return tokenOf({ kid: alg });
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
