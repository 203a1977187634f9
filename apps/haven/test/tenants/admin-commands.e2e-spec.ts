import { describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { at, haven as run } from '../support/process.js';

const OPERATOR = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const SECRET = /^hvn_[0-9a-f]{16}_[0-9a-f]{64}\n$/;

const server = startHaven([`auth.operatorKey=${OPERATOR}`, 'auth.open=false']);

const haven = (args: string[], key = OPERATOR) => run(args, { HAVEN_URL: server.url, HAVEN_KEY: key }).ended;

const json = async (args: string[], key?: string): Promise<any> => {
  const { code, stdout, stderr } = await haven([...args, '--json'], key);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};

/** Returns the cells of a printed table by row; columns are separated by two spaces. */
const cells = (table: string): string[][] =>
  table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

const statusWith = async (key: string, path = 'collections') =>
  (await fetch(`${server.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${key.trim()}` } })).status;

it('creates, changes and deletes a tenant and its keys', async () => {
  const created = await haven(['tenants', 'create', 'Acme']);
  expect(created).toMatchObject({ code: 0, stderr: '' });
  const id = cells(created.stdout)[1]?.[0] ?? '';
  expect(cells(created.stdout)).toEqual([
    ['ID', 'NAME', 'STATE', 'CREATED'],
    [expect.stringMatching(/^[0-9a-f-]{36}$/), 'Acme', 'active', expect.stringMatching(/Z$/)],
  ]);
  expect((await json(['tenants', 'list'])).map(({ name }: any) => name)).toEqual(['default', 'Acme']);

  const scopes = ['--scope', 'keys:write', 'records:read', 'collections:write', '--tenant', 'Acme'];
  const admin = await haven(['keys', 'create', 'admin', ...scopes]);
  expect(admin).toMatchObject({ code: 0, stdout: expect.stringMatching(SECRET) });
  expect(admin.stderr).toContain('admin  keys:write records:read collections:write  all');
  const key = admin.stdout.trim();
  expect(await statusWith(key)).toBe(200);

  const reader = ['keys', 'create', 'web shop', '--scope', 'records:read'];
  const held = [...reader, '--collection', 'films', 'shows', '--expires', '2100-01-01T00:00:00Z'];
  const issued = await json(held, key);
  expect(issued).toMatchObject({
    collections: ['films', 'shows'],
    expiresAt: '2100-01-01T00:00:00.000Z',
    token: expect.stringMatching(/^hvn_/),
  });
  const listed = await haven(['keys', 'list'], key);
  expect(cells(listed.stdout).map(([, name, , collections, expires]) => [name, collections, expires])).toEqual([
    ['NAME', 'COLLECTIONS', 'EXPIRES'],
    ['admin', 'all', 'never'],
    ['web shop', 'films shows', '2100-01-01T00:00:00.000Z'],
  ]);
  expect(await json(['keys', 'list', '--tenant', id])).toHaveLength(2);

  const rotated = await haven(['keys', 'rotate', issued.id, '--overlap', '0'], key);
  expect(rotated).toMatchObject({ code: 0, stdout: expect.stringMatching(SECRET) });
  expect(await Promise.all([issued.token, rotated.stdout].map((one) => statusWith(one)))).toEqual([401, 200]);
  const revoked = await haven(['keys', 'revoke', issued.id], key);
  expect(revoked).toEqual({ code: 0, stdout: `The key ${issued.id} is revoked.\n`, stderr: '' });
  expect(await statusWith(rotated.stdout)).toBe(401);

  expect((await json(['tenants', 'suspend', 'Acme'])).state).toBe('suspended');
  expect(await haven(['keys', 'list'], key)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^TENANT_SUSPENDED: /),
  });
  expect((await json(['tenants', 'resume', id])).state).toBe('active');
  expect(await statusWith(key)).toBe(200);
  expect(await haven(['tenants', 'delete', 'Acme'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--yes'),
  });
  expect((await json(['tenants', 'delete', 'Acme', '--yes'])).state).toBe('deleting');
  expect(await statusWith(key)).toBe(401);
});

it('lists more than one page', async () => {
  for (let n = 0; n < 101; n++) {
    const body = JSON.stringify({ name: `key ${n}`, scopes: ['records:read'] });
    const headers = { authorization: `Bearer ${OPERATOR}`, 'content-type': 'application/json' };
    expect((await fetch(`${server.url}/api/v1/api-keys`, { method: 'POST', headers, body })).status).toBe(201);
  }
  const names = (await json(['keys', 'list'])).map(({ name }: any) => name);
  expect([names.length, names.at(-1)]).toEqual([101, 'key 100']);
});

describe('prints an error in one line for', () => {
  it.each([
    ['an invalid key', ['keys', 'list'], 'nonsense', /^UNAUTHENTICATED: /],
    ['an unknown tenant', ['tenants', 'suspend', 'Nobody'], OPERATOR, /^The tenant "Nobody" does not exist\.\n$/],
    ['an unknown key', ['keys', 'revoke', 'abc'], OPERATOR, /^NOT_FOUND: /],
    ['a name that is taken', ['tenants', 'create', 'default'], OPERATOR, /^ALREADY_EXISTS: /],
    [
      'an invalid overlap',
      ['keys', 'rotate', 'abc', '--overlap', 'soon'],
      OPERATOR,
      /"soon" is not a non-negative integer/,
    ],
    ['an unknown scope', ['keys', 'create', 'x', '--scope', 'fly'], OPERATOR, /Allowed choices are records:read/],
    ['no scope', ['keys', 'create', 'x'], OPERATOR, /required option '--scope/],
    [
      'an invalid time',
      ['keys', 'create', 'x', '--scope', 'records:read', '--expires', 'soon'],
      OPERATOR,
      /\/expiresAt: /,
    ],
  ])('%s', async (_, args, key, message) => {
    expect(await haven(args, key)).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('no key', async () => {
    const { origin } = run(['start'], {
      ...at(server.address),
      HAVEN_AUTH_OPEN: 'false',
      HAVEN_OPERATOR_KEY: OPERATOR,
    });
    const { code, stderr } = await run(['tenants', 'list'], { HAVEN_URL: await origin }).ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^UNAUTHENTICATED: An API key or token is required/)]);
  });
});
