import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { DatabaseClient, ownerConnection, runtimeConnection } from '@haven/database';

import { openDatabase } from '../../src/database.js';
import { Server } from '../../src/server.js';
import { testConfig } from '../support/haven.js';
import { at } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';
import { createAuthority, openTlsProxy } from '../support/tls-proxy.js';
import type { ServerCertificate, TlsProxy, TlsProxyBehavior } from '../support/tls-proxy.js';

let database: TestDatabase;
let directory: string;
let certificate: ServerCertificate;

beforeAll(async () => {
  database = await openTestDatabase();
  directory = await mkdtemp(join(tmpdir(), 'haven-tls-'));
  const [issue] = await Promise.all([createAuthority(directory, 'ours'), createAuthority(directory, 'other')]);
  certificate = await issue('localhost');
});
afterAll(async () => {
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

async function server(behavior: Partial<TlsProxyBehavior> = {}): Promise<TlsProxy> {
  const proxy = await openTlsProxy(database.address, certificate, behavior);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** Returns the URL of the test's database at other hosts: those of proxies, or any. */
function urlAt(hosts: (TlsProxy | string)[], query: string): string {
  const { username, password, pathname } = new URL(at(database.address).DATABASE_URL);
  const names = hosts.map((host) => (typeof host === 'string' ? host : `localhost:${host.port}`));
  const login = password ? `${username}:${password}` : username;
  return `postgres://${login}@${names.join(',')}${pathname}?${query.replaceAll('CERTS', directory)}`;
}

/** Opens a connection as the owner, runs a statement, and returns the first value. */
async function ask(url: string, statement = 'SELECT 1 AS value'): Promise<unknown> {
  const client = new DatabaseClient({ ...ownerConnection({ url }), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<{ value: unknown }>(statement)).rows[0]?.value;
  } finally {
    await client.end();
  }
}

/** A port on which nothing listens: port 1 is reserved. */
const CLOSED = 'localhost:1';

describe('sslmode', () => {
  it.each([
    ['sslmode=disable', 'plain'],
    ['sslmode=allow', 'plain'],
    ['', 'encrypted'],
    ['sslmode=prefer', 'encrypted'],
    ['sslmode=require', 'encrypted'],
    ['sslmode=verify-ca&sslrootcert=CERTS/ours.pem', 'encrypted'],
    ['sslmode=verify-full&sslrootcert=CERTS/ours.pem', 'encrypted'],
    ['sslmode=require&channel_binding=prefer', 'encrypted'],
  ] as const)('"%s" opens a connection that is %s, without a warning', async (query, kind) => {
    const proxy = await server();
    const warn = vi.spyOn(process, 'emitWarning');
    onTestFinished(() => warn.mockRestore());
    expect(await ask(urlAt([proxy], query))).toBe(1);
    expect(proxy.sessions).toEqual({ encrypted: 0, plain: 0, [kind]: 1 });
    expect(warn).not.toHaveBeenCalled();
  });

  it.each([
    ['sslmode=require', /does not support SSL/],
    ['sslmode=verify-full&sslrootcert=CERTS/ours.pem', /does not support SSL/],
  ])('"%s" needs a server with TLS', async (query, message) => {
    await expect(ask(urlAt([await server({ tls: 'none' })], query))).rejects.toThrow(message);
  });

  it.each(['', 'sslmode=prefer', 'sslmode=allow', 'sslmode=disable'])(
    '"%s" connects to a server without TLS',
    async (query) => {
      const proxy = await server({ tls: 'none' });
      const url = urlAt([proxy], query);
      expect([await ask(url), await ask(url)]).toEqual([1, 1]);
      expect(proxy.sessions).toEqual({ encrypted: 0, plain: 2 });
    },
  );

  it.each(['', 'sslmode=allow', 'sslmode=require'])('"%s" connects to a server that requires TLS', async (query) => {
    const proxy = await server({ tls: 'required' });
    expect(await ask(urlAt([proxy], query))).toBe(1);
    expect(proxy.sessions).toEqual({ encrypted: 1, plain: 0 });
  });

  it.each([
    ['verify-ca', 'sslmode=verify-ca&sslrootcert=CERTS/other.pem', /unable to verify|self.signed|local issuer/i],
    ['verify-full', 'sslmode=verify-full&sslrootcert=CERTS/other.pem', /unable to verify|self.signed|local issuer/i],
    ['require with an authority', 'sslmode=require&sslrootcert=CERTS/other.pem', /unable to verify|local issuer/i],
    ['verify-full with public authorities', 'sslmode=verify-full', /unable to verify|self.signed|local issuer/i],
  ])('%s rejects a certificate of another authority', async (_, query, message) => {
    const proxy = await server();
    await expect(ask(urlAt([proxy], query))).rejects.toThrow(message);
    expect(proxy.sessions).toEqual({ encrypted: 0, plain: 0 });
  });

  it('verify-full rejects another host name, and verify-ca does not', async () => {
    const { port } = await server();
    const host = [`127.0.0.1:${port}`];
    await expect(ask(urlAt(host, 'sslmode=verify-full&sslrootcert=CERTS/ours.pem'))).rejects.toThrow(/altnames|IP/);
    expect(await ask(urlAt(host, 'sslmode=verify-ca&sslrootcert=CERTS/ours.pem'))).toBe(1);
  });

  it('is explained if a file is missing or the certificate is wrong', async () => {
    const proxy = await server();
    const start = (query: string) => openDatabase(testConfig([`database.url=${urlAt([proxy], query)}`]));
    await expect(start('sslmode=verify-full&sslrootcert=CERTS/none.pem')).rejects.toThrow(
      /^A file of the connection URL's sslrootcert, sslcert or sslkey cannot be read \(ENOENT\); correct the path/,
    );
    await expect(start('sslmode=verify-full&sslrootcert=CERTS/other.pem')).rejects.toThrow(
      /^The TLS connection to PostgreSQL at localhost:\d+\/\w+ failed \(.*certificate.*\); correct sslmode in DATABASE_URL/,
    );
  });

  it('is refused with channel_binding=require if the server does not offer it', async () => {
    await expect(ask(urlAt([await server()], 'sslmode=require&channel_binding=require'))).rejects.toThrow(
      'The server does not offer channel binding',
    );
  });
});

describe('parameters', () => {
  const setting = (name: string): string => `SELECT current_setting('${name}') AS value`;

  it('merge options with those of Haven, which win', async () => {
    const options = encodeURIComponent('-c work_mem=1234kB -c timezone=Asia/Tokyo -c role=none');
    const url = urlAt([await server()], `options=${options}&application_name=shop`);
    const client = new DatabaseClient(runtimeConnection({ url }, testConfig()));
    await client.connect();
    onTestFinished(() => client.end());
    const { rows } = await client.query(
      `SELECT current_setting('work_mem') AS work, current_setting('timezone') AS zone, current_role AS role,
              current_setting('application_name') AS name, current_setting('statement_timeout') AS timeout`,
    );
    expect(rows).toEqual([
      { work: '1234kB', zone: 'UTC', role: 'haven_runtime', name: 'haven (shop)', timeout: '10s' },
    ]);
  });

  it('name a socket by host= or percent-encoded', async (context) => {
    const { address } = database;
    if ('url' in address) return context.skip();
    const { host, port, user } = address;
    const socket = encodeURIComponent(host);
    for (const url of [
      `postgres://${user}@/${address.database}?host=${host}&port=${port}&sslmode=require`,
      `postgres://${user}@${socket}:${port}/${address.database}?sslmode=verify-full`,
    ])
      expect(await ask(url, 'SELECT inet_server_addr() IS NULL AS value')).toBe(true);
  });

  it('limit the time for each host with connect_timeout', async () => {
    const proxy = await server();
    const url = urlAt([CLOSED, proxy], 'connect_timeout=2&sslmode=disable');
    expect(await ask(url, setting('server_encoding'))).toBe('UTF8');
  });
});

describe('several hosts', () => {
  const READ_WRITE = 'sslmode=disable&target_session_attrs=read-write';

  it('skip one that is down and one that is read-only, and begin with the last one that worked', async () => {
    const [readOnly, primary] = [await server({ isReadOnly: true }), await server()];
    const url = urlAt([CLOSED, readOnly, primary], READ_WRITE);
    expect([await ask(url), await ask(url)]).toEqual([1, 1]);
    expect(readOnly.sessions.plain, 'asked once').toBe(1);
    expect(primary.sessions.plain).toBe(2);
  });

  it.each([
    ['any', [1, 0]],
    ['read-only', [1, 0]],
    ['read-write', [1, 1]],
    ['primary', [1, 0]],
    ['prefer-standby', [2, 1]],
  ])('with target_session_attrs=%s are asked %j times', async (target, sessions) => {
    const servers = [await server({ isReadOnly: true }), await server()];
    expect(await ask(urlAt(servers, `sslmode=disable&target_session_attrs=${target}`))).toBe(1);
    expect(servers.map((each) => each.sessions.plain)).toEqual(sessions);
  });

  it('are all named if none can be used', async () => {
    const readOnly = await server({ isReadOnly: true });
    const config = testConfig([`database.url=${urlAt([CLOSED, readOnly], READ_WRITE)}`]);
    await expect(openDatabase(config)).rejects.toThrow(
      new RegExp(
        `^No PostgreSQL server of DATABASE_URL can be used \\(localhost:1: .*ECONNREFUSED.*; ` +
          `localhost:${readOnly.port} is read-only, not what "read-write" asks for\\); start one, or correct DATABASE_URL`,
      ),
    );
  });

  it('that fail are not reported as the end of the client', async () => {
    const [down, up] = [await server({ isDown: true }), await server()];
    const client = new DatabaseClient(ownerConnection({ url: urlAt([down, up], 'sslmode=prefer') }));
    const end = vi.fn<() => void>();
    client.on('end', end);
    await client.connect();
    await client.query('SELECT 1');
    expect(end).not.toHaveBeenCalled();
    await client.end();
    await vi.waitFor(() => expect(end).toHaveBeenCalledTimes(1));
  });

  it('verify the name of each host', async () => {
    const proxy = await server();
    const query = 'sslmode=verify-full&sslrootcert=CERTS/ours.pem';
    expect(await ask(urlAt([`127.0.0.1:${proxy.port}`, proxy], query))).toBe(1);
    expect(proxy.sessions.encrypted).toBe(1);
  });

  it('let a server find the new primary after a failover, without a restart', async () => {
    const [first, second] = [await server(), await server({ isReadOnly: true })];
    const haven = await Server.start(
      testConfig([`database.url=${urlAt([first, second], 'target_session_attrs=read-write')}`]),
    );
    onTestFinished(() => haven.stop());
    const headers = { 'content-type': 'application/json' };
    const write = async (name: string): Promise<number> => {
      const body = JSON.stringify({ name });
      return (await fetch(`${haven.origin}/api/v1/collections`, { method: 'POST', headers, body })).status;
    };
    expect(await write('before')).toBe(201);
    expect(second.sessions).toEqual({ encrypted: 0, plain: 0 });

    first.isDown = true;
    first.cut();
    await vi.waitFor(async () => expect(await write('meanwhile')).toBe(503), { timeout: 30_000 });
    second.isReadOnly = false;
    await vi.waitFor(async () => expect(await write('after')).toBe(201), { timeout: 30_000, interval: 100 });
    const names = 'SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()';
    await vi.waitFor(
      async () => {
        const { rows } = await database.owner.query<{ application_name: string }>(names);
        const open = rows.map((row) => row.application_name);
        expect(open).toEqual(expect.arrayContaining(['haven', 'haven-leader', 'haven-notices']));
      },
      { timeout: 30_000, interval: 100 },
    );
    expect((await fetch(`${haven.origin}/readyz`)).status).toBe(200);
  });
});
