import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { HavenConfig } from '@haven/config';
import { ADVISORY_LOCKS, migrate } from '@haven/database';
import { Log } from '@haven/observability';
import { BootstrapKey } from '@haven/tenants';

import { FeedWatch } from '../../../../libs/events/src/infrastructure/feed-watch.js';
import { migrations } from '../../src/migrations/index.js';
import { startHaven } from '../support/haven.js';
import { at } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const PATIENCE = { timeout: 20_000, interval: 20 };

describe('a migration that waits for a lock', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await openTestDatabase('template0');
    await database.owner.query("SET application_name = 'the holder'");
  });
  afterEach(() => database.drop());

  it('ends at once when it is stopped, and takes no lock if nothing is pending', async () => {
    await migrate(database.address, migrations.slice(0, 1));
    await database.owner.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migration]);
    const stopping = new AbortController();
    const result = migrate(database.address, migrations, { signal: stopping.signal });
    stopping.abort(new Error('stopped'));
    await expect(result).rejects.toThrow('stopped');
    expect(await migrate(database.address, migrations.slice(0, 1), { lockTimeout: 1 })).toEqual([]);
  });

  it('ends with an error that names the transaction that uses its table, and can be repeated', async () => {
    await migrate(database.address, migrations.slice(0, 2));
    await database.owner.query('BEGIN; LOCK TABLE haven.events IN ACCESS SHARE MODE');
    await expect(migrate(database.address, migrations, { lockTimeout: 1 })).rejects.toThrow(
      expect.objectContaining({
        name: 'LockTimeoutError',
        message: expect.stringMatching(
          /"the holder" .*, in a transaction since 20.*Nothing was changed\..*pg_terminate_backend/,
        ),
      }),
    );
    await database.owner.query('COMMIT');
    expect(await migrate(database.address, migrations)).toHaveLength(migrations.length - 2);
  });

  it('is rolled back when it is stopped while it waits for a table', async () => {
    await migrate(database.address, migrations.slice(0, 2));
    await database.owner.query('BEGIN; LOCK TABLE haven.events IN ACCESS SHARE MODE');
    const stopping = new AbortController();
    const result = migrate(database.address, migrations, { signal: stopping.signal });
    const isBlocked = async (): Promise<boolean> =>
      (await database.owner.query("SELECT FROM pg_locks WHERE relation = 'haven.events'::regclass AND NOT granted"))
        .rowCount === 1;
    await vi.waitFor(async () => expect(await isBlocked()).toBe(true), PATIENCE);
    stopping.abort(new Error('stopped'));
    await expect(result).rejects.toThrow('stopped');
    expect(await isBlocked()).toBe(false);
    await database.owner.query('COMMIT');
  });
});

describe('the creation of the first API key', () => {
  const haven = startHaven();

  it('ends with an error that names the session that holds its lock', async () => {
    await haven.sql("SELECT set_config('application_name', 'the holder', false), pg_advisory_lock($1)", [
      ADVISORY_LOCKS.firstKey,
    ]);
    const config = haven.app.get(HavenConfig);
    const database = { ...config.database, migrationLockTimeout: 1 };
    const key: BootstrapKey = Object.assign(Object.create(BootstrapKey.prototype), haven.app.get(BootstrapKey), {
      config: Object.assign({}, config, { auth: { open: false }, database }),
    });
    await expect(key.createIfNeeded()).rejects.toThrow(
      /^The creation of the first API key has waited 0 s for a lock that is still held by "the holder" \(pid \d+/,
    );
    await haven.sql('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.firstKey]);
    expect(await key.createIfNeeded()).toMatch(/^hvn_/);
  });
});

describe("another session that holds the leader's lock", () => {
  const haven = startHaven(['log.level=silent']);
  const health = async () => (await haven.rest('GET', '//health')).body.components.feed;
  let logged: string[] = [];

  beforeAll(() => {
    const log = haven.app.get(Log);
    for (const level of ['warn', 'error'] as const) {
      vi.spyOn(log, level).mockImplementation((message: unknown, context: unknown) => {
        if (context === 'FeedWatch') logged.push(String(message));
      });
    }
  });
  beforeEach(() => (logged = []));
  afterAll(() => vi.restoreAllMocks());

  it('is logged, counted and visible in /health once events have waited for ten seconds', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    await takeLeadersLock();
    const [{ pid }] = await haven.sql(
      "SELECT set_config('application_name', 'intruder', false), pg_backend_pid() AS pid",
    );
    expect(await health()).toMatchObject({ status: 'down', leader: false, waiting: 0, stalledSeconds: 0 });
    await haven.rest('POST', '/collections/films/records', { data: {} });

    const watch = haven.app.get(FeedWatch);
    expect(await watch.check()).toMatchObject({ lock: 'other', waiting: 1 });
    expect(logged).toEqual([]);
    watch.now = () => performance.now() + 30_000;
    await watch.check();
    await watch.check(); // within a minute, the same stall is not logged again
    expect(logged).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Events have waited for 3\\d s, .* held by "intruder" \\(pid ${pid}, user .*pg_terminate_backend\\(${pid}\\);$`,
        ),
      ),
    ]);
    expect(await health()).toMatchObject({
      status: 'down',
      leader: false,
      waiting: 1,
      stalledSeconds: expect.any(Number),
      message: "A session that is not Haven holds the leader's lock.",
    });
    const { body } = await haven.rest('GET', '//metrics');
    expect(Number(/^haven_feed_stalled_seconds (\S+)$/m.exec(body)?.[1])).toBeGreaterThanOrEqual(30);

    await haven.sql('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.sequencer]);
    await vi.waitFor(
      async () => expect(await health()).toMatchObject({ status: 'up', leader: true, waiting: 0 }),
      PATIENCE,
    );
    expect(logged).toEqual([expect.anything(), 'Events enter the feed again.']);
  });

  /** Waits for the lock in PostgreSQL's queue, so that it is the first to get it when the leader's connection ends. */
  async function takeLeadersLock(): Promise<void> {
    const leader = async () =>
      haven.sql(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${ADVISORY_LOCKS.sequencer} AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
    await vi.waitFor(async () => expect(await leader()).toHaveLength(1), PATIENCE);
    const [{ pid }] = await leader();
    const ending = new pg.Client(at(haven.address).DATABASE_URL);
    await ending.connect();
    const taken = haven.sql('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.sequencer]);
    await vi.waitFor(async () => {
      const { rows } = await ending.query(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1",
        [ADVISORY_LOCKS.sequencer],
      );
      expect(rows).toHaveLength(1);
    }, PATIENCE);
    await ending.query('SELECT pg_terminate_backend($1)', [pid]);
    await taken;
    await ending.end();
  }
});
