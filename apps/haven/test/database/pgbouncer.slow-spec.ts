import { randomUUID } from 'node:crypto';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { UnitOfWork } from '@haven/database';
import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { createApp } from '../../src/app.js';
import { Server } from '../../src/server.js';
import { startCluster } from '../support/cluster.js';
import type { Cluster } from '../support/cluster.js';
import { testConfig } from '../support/haven.js';
import { findPgBouncer, startPgBouncer } from '../support/pgbouncer.js';
import type { PgBouncer, PooledServer } from '../support/pgbouncer.js';
import { describeWith } from '../support/programs.js';
import { statementsOf } from '../support/statements.js';

const IGNORED = 'ignore_startup_parameters = options, statement_timeout, idle_in_transaction_session_timeout';

describeWith('pgbouncer', 'Haven behind PgBouncer', () => {
  let cluster: Cluster;
  let poolers: Record<'transaction' | 'session' | 'lenient' | 'lenientSession', PgBouncer>;

  beforeAll(async () => {
    cluster = await startCluster();
    const start = (...settings: string[]) => startPgBouncer(findPgBouncer() ?? '', serverOf(cluster), settings);
    const [transaction, session, lenient, lenientSession] = await Promise.all([
      start('pool_mode = transaction', 'default_pool_size = 3'),
      start('pool_mode = session'),
      start('pool_mode = transaction', IGNORED),
      start('pool_mode = session', IGNORED),
    ]);
    poolers = { transaction, session, lenient, lenientSession };
  });

  afterAll(async () => {
    await Promise.all(Object.values(poolers ?? {}).map((pooler) => pooler.stop()));
    await cluster?.stop();
  });

  describe('that is not configured for it', () => {
    const started = (settings: Record<string, string>) =>
      Server.start(
        testConfig(['server.port=0', ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)]),
      );

    it.each(['transaction', 'lenient'] as const)('does not start in transaction mode (%s)', async (name) => {
      await expect(started({ 'database.url': poolers[name].url('haven') })).rejects.toThrow(
        /^DATABASE_URL leads to a connection pooler in transaction mode, .*; set HAVEN_DATABASE_POOL_MODE to transaction/,
      );
    });

    it('does not start in session mode, because the pooler refuses or drops the settings', async () => {
      await expect(started({ 'database.url': poolers.session.url('haven') })).rejects.toThrow(
        /^The connection pooler at 127\.0\.0\.1:\d+\/haven refuses the settings .* \(unsupported startup parameter: /,
      );
      await expect(started({ 'database.url': poolers.lenientSession.url('haven') })).rejects.toThrow(
        /^The connection pooler of DATABASE_URL drops the settings/,
      );
    });

    it.each([
      [
        'leads to the pooler as well',
        () => poolers.transaction.url('haven'),
        /^DATABASE_SESSION_URL leads to a connection pooler in transaction mode, .*; set it to a URL that leads/,
      ],
      [
        'leads to another database',
        () => cluster.url().replace('/haven?', '/postgres?'),
        /^DATABASE_SESSION_URL leads to another database than DATABASE_URL;/,
      ],
    ])('does not start if the URL for sessions %s', async (_case, sessionUrl, sentence) => {
      const settings = {
        'database.url': poolers.transaction.url('haven'),
        'database.poolMode': 'transaction',
        'database.sessionUrl': sessionUrl(),
      };
      await expect(started(settings)).rejects.toThrow(sentence);
    });

    it('does not start if the default isolation level is not the one that Haven needs', async () => {
      await cluster.owner.query("ALTER DATABASE haven SET default_transaction_isolation = 'repeatable read'");
      const fresh = await startPgBouncer(findPgBouncer() ?? '', serverOf(cluster), ['pool_mode = transaction']);
      try {
        await expect(
          started({
            'database.url': fresh.url('haven'),
            'database.poolMode': 'transaction',
            'database.sessionUrl': cluster.url(),
          }),
        ).rejects.toThrow(/default_transaction_isolation/);
      } finally {
        await fresh.stop();
        await cluster.owner.query('ALTER DATABASE haven RESET default_transaction_isolation');
      }
    });
  });

  describe.each([
    ['and PostgreSQL for sessions', () => cluster.url()],
    ['and a pooler in session mode for sessions', () => poolers.session.url('haven')],
  ])('in transaction mode, %s', (_case, sessionUrl) => {
    let app: NestFastifyApplication;
    let server: Server;
    let uow: UnitOfWork;
    const config = () =>
      testConfig([
        'server.port=0',
        `database.url=${poolers.transaction.url('haven')}`,
        'database.poolMode=transaction',
        `database.sessionUrl=${sessionUrl()}`,
      ]);

    beforeAll(async () => {
      server = await Server.start(config());
      const address = { url: poolers.transaction.url('haven'), sessionUrl: sessionUrl() };
      app = await createApp(config(), address);
      uow = app.get(UnitOfWork);
    });

    afterAll(async () => {
      await server?.stop();
      await app?.close();
    });

    const call = async (method: string, path: string, body?: object): Promise<any> => {
      const init = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const response = await fetch(`${server.origin}/api/v1${path}`, { method, ...init });
      expect(response.status, `${method} ${path}`).toBeLessThan(300);
      return response.json();
    };

    it('serves records and orders their events in the feed', async () => {
      const name = `films-${randomUUID().slice(0, 8)}`;
      await call('POST', '/collections', { name });
      const { id } = await call('POST', `/collections/${name}/records`, { data: { title: 'Alien' } });
      expect((await call('GET', `/collections/${name}/records/${id}`)).data).toEqual({ title: 'Alien' });
      await vi.waitFor(async () => {
        const { items } = await call('GET', '/changes?limit=500&after=earliest');
        expect(items.map((item: any) => item.recordId ?? item.record?.id ?? item.id)).toContain(id);
      });
      expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
    });

    it('keeps tenants, roles and timeouts apart, whichever session runs a transaction', async () => {
      const statement = {
        name: 'who',
        text: `SELECT haven.current_tenant(), current_user, current_setting('statement_timeout'),
                 current_setting('transaction_isolation'), current_setting('timezone'), $1::text`,
        values: [] as string[],
      };
      const tenants = Array.from({ length: 20 }, () => randomUUID());
      const kinds = [
        (caller: Caller, mark: string) => uow.read(caller, { ...statement, values: [mark] }),
        (caller: Caller, mark: string) => uow.read(caller, { ...statement, values: [mark] }, { isLong: true }),
        (caller: Caller, mark: string) => uow.read(caller, { ...statement, values: [mark], hasFixedPlan: true }),
        (caller: Caller, mark: string) =>
          uow.run(caller, async () => (await uow.pipeline(caller, { ...statement, values: [mark] }))[0] ?? []),
      ];
      const all = Array.from({ length: 600 }, async (_, number) => {
        const tenant = tenants[number % tenants.length] ?? '';
        const mark = randomUUID();
        const rows = await kinds[number % kinds.length]?.(callerOf(tenant), mark);
        expect(rows).toEqual([[tenant, 'haven_runtime', '10s', 'read committed', 'UTC', mark]]);
      });
      await Promise.all(all);
      expect(await leftBehind()).toEqual({ role: 'none', timeout: '0', tenant: '', prepared: 0 });
    });

    it('sends a short read in one round trip, without a name', async () => {
      const caller = callerOf(randomUUID());
      const read = { name: 'one', text: 'SELECT 1', values: [] };
      const sent = await statementsOf(async () => expect(await uow.read(caller, read)).toEqual([['1']]));
      expect(sent).toMatchObject([{ name: 'tenant' }, { text: 'SELECT 1' }]);
    });

    it('cancels the statement of a client that disconnects, and no other', async () => {
      const gone = new AbortController();
      const client = { isGone: false, onGone: (listener: () => void) => onAbort(gone.signal, listener) };
      const slow = { text: "SELECT pg_sleep(9), 'cancelled statement'", values: [] };
      const cancelled = uow.query({ ...callerOf(randomUUID()), client } as Caller, slow);
      cancelled.catch(() => undefined);
      const running = `SELECT count(*)::integer AS n FROM pg_stat_activity
                       WHERE query LIKE '%cancelled statement''%' AND state = 'active' AND pid <> pg_backend_pid()`;
      await vi.waitFor(async () => expect((await cluster.owner.query(running)).rows).toEqual([{ n: 1 }]));
      gone.abort();
      await expect(cancelled).rejects.toThrow();
      expect((await cluster.owner.query(running)).rows).toEqual([{ n: 0 }]);
      const after = await uow.read(callerOf(randomUUID()), { text: "SELECT 'next'", values: [] });
      expect(after).toEqual([['next']]);
    });
  });

  /** Returns what the sessions of the pooler still have set when no transaction is open. */
  async function leftBehind(): Promise<unknown> {
    const client = new pg.Client(poolers.transaction.url('haven'));
    await client.connect();
    try {
      const { rows } = await client.query(
        `SELECT current_setting('role') AS role, current_setting('statement_timeout') AS timeout,
           current_setting('haven.tenant', true) AS tenant,
           (SELECT count(*)::integer FROM pg_prepared_statements) AS prepared`,
      );
      return rows[0];
    } finally {
      await client.end();
    }
  }
});

function serverOf(cluster: Cluster): PooledServer {
  const { searchParams, username } = new URL(cluster.url());
  return { host: searchParams.get('host') ?? '', port: Number(searchParams.get('port')), user: username };
}

function callerOf(tenantId: string): Caller {
  return { tenantId, actor: 'tester', traceId: randomUUID().replaceAll('-', ''), access: Access.full };
}

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
