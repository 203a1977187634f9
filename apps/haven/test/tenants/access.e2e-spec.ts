import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { scopeNames } from '@haven/kernel';
import type { Scope } from '@haven/kernel';

import { DEFAULT_TENANT } from '../../../../libs/tenants/src/domain/tenant.js';
import { openStream, subscribe } from '../support/change-streams.js';
import { secondHaven, startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const OPERATOR = `hvn_${'0'.repeat(16)}_${'a'.repeat(64)}`;
const haven = startHaven([`auth.operatorKey=${OPERATOR}`, 'auth.open=false']);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const asOperator = bearer(OPERATOR);

interface Issued {
  id: string;
  token: string;
}

async function makeTenant(): Promise<string> {
  const { body } = await haven.rest('POST', '/tenants', { name: `T${randomUUID()}` }, asOperator);
  return body.id;
}

async function makeKey(tenant: string, scopes: readonly Scope[], more: object = {}): Promise<Issued> {
  const { status, body } = await haven.rest('POST', '/api-keys', { name: 'test', tenant, scopes, ...more }, asOperator);
  expect(status).toBe(201);
  return body;
}

const TENANTS_OWN = scopeNames.filter((scope) => scope !== 'operator');

/** Returns the error code of a REST or GraphQL response. */
const codeOf = ({ body }: ApiResponse) => body.code ?? body.errors?.[0]?.extensions.code;
const refusal = { status: 401, body: { code: 'UNAUTHENTICATED' } };

/** Sends a request without normalizing the path, and returns the status. */
const statusOf = async (method: string, path: string): Promise<number | undefined> => {
  const asked = request(haven.url, {
    method,
    path,
    headers: { authorization: '', 'content-type': 'application/json' },
  });
  const answered = once(asked, 'response');
  asked.end(method === 'POST' ? '{"query":"{ __schema { queryType { name } } }"}' : undefined);
  const [answer] = (await answered) as [IncomingMessage];
  return answer.resume().statusCode;
};

describe('a request without a key', () => {
  it.each([
    ['GET', '/collections'],
    ['POST', '/collections'],
    ['GET', '/nowhere'],
    ['POST', '//graphql'],
    ['GET', '//graphql?query={__typename}'],
  ])('is rejected: %s %s', async (method, path) => {
    const answer = await haven.rest(method, path, method === 'POST' ? { query: '{ __typename }' } : undefined, {
      authorization: '',
    });
    expect(answer.status).toBe(401);
    expect(codeOf(answer)).toBe('UNAUTHENTICATED');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="haven"/);
  });

  it.each([
    ['GET', '/%61pi/v1/collections'],
    ['GET', 'http://any/api/v1/collections'],
    ['GET', '/docs/%2e%2e/api/v1/collections'],
    ['POST', '/%67raphql'],
    ['POST', '/graphql/'],
    ['POST', '/graphql#x'],
    ['POST', 'http://any/graphql'],
  ])('is rejected however the URL is written: %s %s', async (method, path) => {
    expect(await statusOf(method, path)).toBe(401);
  });

  it('can access the probes and the documentation', async () => {
    for (const path of ['//livez', '//readyz', '//openapi.json', '//docs'])
      expect((await haven.rest('GET', path)).status).toBe(200);
  });
});

describe('a key', () => {
  it.each([
    'Basic dXNlcjpwYXNz',
    'Bearer',
    'Bearer a b',
    bearer('hvn_').authorization,
    bearer(`hvn_${'0'.repeat(16)}_${'b'.repeat(64)}`).authorization,
    bearer(`hvn_${'1'.repeat(16)}_${'a'.repeat(64)}`).authorization,
    bearer(`${OPERATOR}0`).authorization,
    bearer(OPERATOR.toUpperCase()).authorization,
  ])('that is invalid is rejected: %s', async (authorization) => {
    expect(await haven.rest('GET', '/collections', undefined, { authorization })).toMatchObject(refusal);
  });

  it('is shown once, and only its hash is stored', async () => {
    const { id, token } = await makeKey(await makeTenant(), TENANTS_OWN);
    const secret = token.split('_')[2];
    expect(token).toMatch(/^hvn_[0-9a-f]{16}_[0-9a-f]{64}$/);
    const [row] = await haven.sql('SELECT k::text AS text FROM haven.api_keys AS k WHERE id = $1', [id]);
    expect(row.text).not.toContain(secret);
    const { body } = await haven.rest('GET', `/api-keys/${id}`, undefined, bearer(token));
    expect(body).toMatchObject({ id, scopes: TENANTS_OWN });
    expect(body).not.toHaveProperty('token');
  });

  it('that is cached causes no query', async () => {
    const { token } = await makeKey(await makeTenant(), TENANTS_OWN);
    await haven.rest('PUT', '/collections/films', {}, bearer(token));
    const { body } = await haven.rest('POST', '/collections/films/records', { data: {} }, bearer(token));
    const read = () => haven.rest('GET', `/collections/films/records/${body.id}`, undefined, bearer(token));
    await read();
    const statements = (await statementsOf(read)).map(({ text }) => text);
    expect(statements.join('\n')).not.toMatch(/known_keys|tenants/);
  });

  it('records the time of its last use in the background', async () => {
    const { id, token } = await makeKey(await makeTenant(), TENANTS_OWN);
    expect((await haven.rest('GET', `/api-keys/${id}`, undefined, bearer(token))).body.lastUsedAt).toBeNull();
    await vi.waitFor(
      async () => {
        const { body } = await haven.rest('GET', `/api-keys/${id}`, undefined, bearer(token));
        expect(Date.parse(body.lastUsedAt)).toBeGreaterThan(Date.now() - 60_000);
      },
      { timeout: 20_000, interval: 500 },
    );
  });

  it('is the actor of its changes', async () => {
    const { id, token } = await makeKey(await makeTenant(), TENANTS_OWN);
    await haven.rest('PUT', '/collections/films', {}, bearer(token));
    const { body } = await haven.rest('POST', '/collections/films/records', { data: {} }, bearer(token));
    const history = await haven.rest('GET', `/collections/films/records/${body.id}/history`, undefined, bearer(token));
    expect(history.body.items[0].actor).toBe(`key:${id}`);
  });
});

describe('an invalidated key', () => {
  let second: Awaited<ReturnType<typeof secondHaven>>;
  beforeAll(async () => {
    second = await secondHaven(haven, [`auth.operatorKey=${OPERATOR}`, 'auth.open=false']);
  });
  afterAll(() => second.app.close());

  const here = (token: string) => haven.rest('GET', '/collections', undefined, bearer(token));
  const there = (token: string) => fetch(`${second.url}/api/v1/collections`, { headers: bearer(token) });
  const everywhere = async (token: string) => [(await here(token)).status, (await there(token)).status];

  it.each(['rest', 'graphql'])('is rejected by all processes after it was revoked, by %s', async (api) => {
    const { id, token } = await makeKey(await makeTenant(), TENANTS_OWN);
    expect(await everywhere(token)).toEqual([200, 200]);
    if (api === 'rest') await haven.rest('DELETE', `/api-keys/${id}`, undefined, bearer(token));
    else await haven.graphql(`mutation { revokeApiKey(id: "${id}") }`, {}, bearer(token));
    expect((await here(token)).status).toBe(401);
    await vi.waitFor(async () => expect((await there(token)).status).toBe(401), { timeout: 10_000, interval: 20 });
  });

  it('is rejected after it has expired', async () => {
    const { token } = await makeKey(await makeTenant(), TENANTS_OWN, {
      expiresAt: new Date(Date.now() + 1_500).toISOString(),
    });
    expect(await everywhere(token)).toEqual([200, 200]);
    await vi.waitFor(async () => expect(await everywhere(token)).toEqual([401, 401]), { timeout: 5_000 });
  });

  it('remains valid during the overlap after a rotation, and is then rejected', async () => {
    const { id, token } = await makeKey(await makeTenant(), TENANTS_OWN);
    expect(await everywhere(token)).toEqual([200, 200]);
    const rotated = await haven.rest('POST', `/api-keys/${id}/rotate`, { overlapSeconds: 60 }, bearer(token));
    expect(rotated.body).toMatchObject({ id, previousUntil: expect.any(String) });
    expect(await everywhere(rotated.body.token)).toEqual([200, 200]);
    expect(await everywhere(token)).toEqual([200, 200]);
    const last = await haven.rest('POST', `/api-keys/${id}/rotate`, { overlapSeconds: 0 }, bearer(token));
    await vi.waitFor(async () => expect(await everywhere(token)).toEqual([401, 401]), {
      timeout: 10_000,
      interval: 20,
    });
    expect(await everywhere(rotated.body.token)).toEqual([401, 401]);
    expect(await everywhere(last.body.token)).toEqual([200, 200]);
  });

  it('has its streams and WebSockets closed in every process', async () => {
    const { id, token } = await makeKey(await makeTenant(), TENANTS_OWN);
    const stream = await openStream(`${second.url}/api/v1/changes`, bearer(token));
    const socket = subscribe(second.url, 'subscription { changes { type cursor } }', { parameters: bearer(token) });
    await vi.waitFor(() => expect(socket.changes).toHaveLength(1));
    await haven.rest('DELETE', `/api-keys/${id}`, undefined, bearer(token));
    expect((await socket.closed).code).toBe(4401);
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: 'error' });
  });
});

describe('a tenant', () => {
  it('that is new can be used at once', async () => {
    const { token } = await makeKey(await makeTenant(), TENANTS_OWN);
    expect((await haven.rest('PUT', '/collections/films', {}, bearer(token))).status).toBe(201);
    const { status } = await haven.rest('POST', '/collections/films/records', { data: {} }, bearer(token));
    expect(status).toBe(201);
  });

  it('that is suspended gets TENANT_SUSPENDED, and keeps its data', async () => {
    const tenant = await makeTenant();
    const { token } = await makeKey(tenant, TENANTS_OWN);
    await haven.rest('PUT', '/collections/films', {}, bearer(token));
    const socket = subscribe(haven.url, 'subscription { changes { type } }', { headers: bearer(token) });
    await vi.waitFor(() => expect(socket.changes).toHaveLength(1));
    const suspended = await haven.rest('PATCH', `/tenants/${tenant}`, { suspended: true }, asOperator);
    expect(suspended.body).toMatchObject({ state: 'suspended', revision: 2 });
    expect((await socket.closed).code).toBe(4403);
    const answer = { status: 403, body: { code: 'TENANT_SUSPENDED' } };
    expect(await haven.rest('GET', '/collections/films', undefined, bearer(token))).toMatchObject(answer);
    expect(codeOf(await haven.graphql('{ __typename }', {}, bearer(token)))).toBe('TENANT_SUSPENDED');
    await haven.graphql(
      `mutation { updateTenant(id: "${tenant}", input: { suspended: false }) { state } }`,
      {},
      asOperator,
    );
    expect((await haven.rest('GET', '/collections/films', undefined, bearer(token))).status).toBe(200);
  });

  it('that is deleted is rejected at once, and its data is removed', async () => {
    const tenant = await makeTenant();
    const { token } = await makeKey(tenant, TENANTS_OWN);
    await haven.rest('PUT', '/collections/films', { indexes: ['n'] }, bearer(token));
    for (let n = 0; n < 5; n++)
      await haven.rest(
        'POST',
        '/collections/films/records',
        { data: { n } },
        { ...bearer(token), 'idempotency-key': `${n}` },
      );
    await haven.sql("UPDATE haven.tenants SET updated_at = now() - interval '1 hour' WHERE id = $1", [tenant]);
    const deleted = await haven.rest('DELETE', `/tenants/${tenant}`, undefined, asOperator);
    expect(deleted).toMatchObject({ status: 202, body: { state: 'deleting' } });
    expect(await haven.rest('GET', '/collections', undefined, bearer(token))).toMatchObject(refusal);
    const tables = await haven.sql(
      `SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
       WHERE c.relnamespace = 'haven'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'`,
    );
    await vi.waitFor(
      async () => {
        for (const { name } of tables)
          expect(await haven.sql(`SELECT FROM ${name} WHERE tenant_id = $1`, [tenant]), name).toHaveLength(0);
      },
      { timeout: 10_000 },
    );
    await haven.sql("UPDATE haven.tenants SET updated_at = now() - interval '1 hour' WHERE id = $1", [tenant]);
    await vi.waitFor(
      async () => expect((await haven.rest('GET', `/tenants/${tenant}`, undefined, asOperator)).status).toBe(404),
      { timeout: 20_000, interval: 200 },
    );
  });

  it('of the operators cannot be suspended or deleted', async () => {
    const suspended = await haven.rest('PATCH', `/tenants/${DEFAULT_TENANT}`, { suspended: true }, asOperator);
    const deleted = await haven.rest('DELETE', `/tenants/${DEFAULT_TENANT}`, undefined, asOperator);
    expect([suspended.status, deleted.status]).toEqual([422, 422]);
  });
});
