import { randomUUID } from 'node:crypto';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CollectionCache } from '@haven/collections';
import { migrate, UnitOfWork } from '@haven/database';
import { Access, Precondition } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { RecordStore } from '../../../../libs/records/src/domain/record-store.js';
import { RecordsService } from '../../../../libs/records/src/application/records.service.js';
import { digestOf, sealHash } from '../../../../libs/events/src/domain/seal.js';
import { createApp } from '../../src/app.js';
import { migrations } from '../../src/migrations/index.js';
import { startHaven, testConfig } from '../support/haven.js';
import { openTestDatabase } from '../support/test-database.js';

const haven = startHaven();
const FILMS = '/collections/films';
const PATIENCE = { timeout: 20_000, interval: 20 };

interface Line {
  seq: number;
  record: string;
  version: number;
}

/** Returns the feed of a tenant in order. */
const feed = (tenant = haven.tenant): Promise<Line[]> =>
  haven.sql<Line>(
    'SELECT seq::integer, record_id AS record, version FROM haven.feed WHERE tenant_id = $1 ORDER BY seq',
    [tenant],
  );

/** Waits until `count` events are in the feed. */
const entered = (count: number): Promise<Line[]> =>
  vi.waitFor(async () => {
    const lines = await feed();
    expect(lines).toHaveLength(count);
    return lines;
  }, PATIENCE);

const callerOf = (tenantId: string): Caller => ({
  tenantId,
  actor: 'tester',
  traceId: '0'.repeat(32),
  access: Access.full,
});
const create = async (data = {}): Promise<string> => (await haven.rest('POST', `${FILMS}/records`, { data })).body.id;

/** Opens a transaction that has written a record; it stays open until `end` is called. */
async function openTransaction(): Promise<{ id: string; end: (how: 'commit' | 'roll back') => Promise<void> }> {
  const caller = callerOf(haven.tenant);
  const written = Promise.withResolvers<string>();
  const ending = Promise.withResolvers<'commit' | 'roll back'>();
  const work = haven.app.get(UnitOfWork).run(caller, async () => {
    const records = haven.app.get(RecordsService, { strict: false });
    written.resolve((await records.create(caller, 'films', { data: {} })).id);
    if ((await ending.promise) === 'roll back') throw new Error('rolled back');
  });
  work.catch(written.reject);
  const end = async (how: 'commit' | 'roll back'): Promise<void> => {
    ending.resolve(how);
    await work.catch(() => undefined);
  };
  return { id: await written.promise, end };
}

/** Returns whether the sequencer has processed the newest event and waits for no open transaction. */
const isSettled = async (): Promise<boolean> => {
  const [state] = await haven.sql(
    "SELECT done = '{}' AND watermark = (SELECT max(position) FROM haven.events) AS settled FROM haven.sequencer",
  );
  return state.settled as boolean;
};

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
});

describe('the change feed', () => {
  it('is ordered by when events became visible, not by when they were written', async () => {
    const slow = await openTransaction();
    const quick = await create();
    expect(await entered(1)).toEqual([{ seq: 1, record: quick, version: 1 }]);
    await slow.end('commit');
    const later = await create();
    expect((await entered(3)).map(({ record }) => record)).toEqual([quick, slow.id, later]);
  });

  it('has no gaps after rollbacks, and stops waiting for transactions that have ended', async () => {
    const lost = await openTransaction();
    const first = await create();
    const slow = await openTransaction();
    await lost.end('roll back');
    const second = await create();
    expect((await entered(2)).map(({ seq, record }) => [seq, record])).toEqual([
      [1, first],
      [2, second],
    ]);
    await slow.end('commit');
    await entered(3);
    let writes = 3;
    await vi.waitFor(async () => {
      await create();
      await entered(++writes);
      expect(await isSettled()).toBe(true);
    }, PATIENCE);
  });

  it('skips no transaction that commits after a later one was sequenced', async () => {
    const caller = callerOf(haven.tenant);
    const uow = haven.app.get(UnitOfWork, { strict: false });
    const append = async (recordId: string): Promise<unknown> => {
      const rules = await haven.app.get(CollectionCache, { strict: false }).lockForWrite(caller, 'films');
      const event = { recordId, version: 1, type: 'record.created', data: {} } as const;
      return haven.app.get(RecordStore, { strict: false }).append(rules, [event]);
    };
    const [one, two, three, four] = Array.from({ length: 4 }, () => randomUUID()) as [string, string, string, string];
    const [begun, firstGoesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const [written, secondGoesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = uow.run(caller, async () => {
      await append(one);
      begun.resolve();
      await firstGoesOn.promise;
      await append(three);
    });
    await begun.promise;
    const second = uow.run(caller, async () => {
      await append(two);
      written.resolve();
      await secondGoesOn.promise;
    });
    await written.promise;
    firstGoesOn.resolve();
    await first;
    await vi.waitFor(async () => expect((await feed()).map(({ record }) => record)).toEqual([one, three]));
    await uow.run(caller, () => append(four)); // the sequencer runs once more while the second is open
    await vi.waitFor(async () => expect(await feed()).toHaveLength(3));
    secondGoesOn.resolve();
    await second;
    await vi.waitFor(async () => expect((await feed()).map(({ record }) => record)).toEqual([one, three, four, two]));
  });

  it('has the versions of each record in order, with many writers', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => create({ n: 0 })));
    const patch = (id: string) => haven.rest('PATCH', `${FILMS}/records/${id}`, { data: { at: randomUUID() } });
    await Promise.all(Array.from({ length: 100 }, (_, index) => patch(ids[index % 5] ?? '')));
    const lines = await entered(105);
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 105 }, (_, index) => index + 1));
    for (const id of ids) {
      const versions = lines.filter(({ record }) => record === id).map(({ version }) => version);
      expect(versions).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
    }
  });

  it('is numbered separately for each tenant', async () => {
    await create();
    const other = { 'x-test-tenant': randomUUID() };
    await haven.rest('POST', '/collections', { name: 'films' }, other);
    await haven.rest('POST', `${FILMS}/records`, { data: {} }, other);
    await vi.waitFor(async () => expect(await feed(other['x-test-tenant'])).toMatchObject([{ seq: 1 }]), PATIENCE);
    expect(await entered(1)).toMatchObject([{ seq: 1 }]);
  });

  it('receives an import that needs many rounds', async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => JSON.stringify({ n })).join('\n');
    const { body } = await haven.rest('POST', `${FILMS}/import?atomic=true`, lines, {
      'content-type': 'application/x-ndjson',
    });
    expect(body).toMatchObject({ imported: 5_000 });
    expect((await entered(5_000)).at(-1)?.seq).toBe(5_000);
  });

  it('receives all events of a transaction that is larger than a round, even if others committed before it', async () => {
    const caller = callerOf(haven.tenant);
    const records = haven.app.get(RecordsService, { strict: false });
    const [written, ending] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const large = haven.app.get(UnitOfWork).run(caller, async () => {
      const rules = await haven.app.get(CollectionCache, { strict: false }).lockForWrite(caller, 'films');
      const events = Array.from({ length: 5_000 }, () => {
        return { recordId: randomUUID(), version: 1, type: 'record.created', data: {} } as const;
      });
      await haven.app.get(RecordStore, { strict: false }).append(rules, events);
      written.resolve();
      await ending.promise;
    });
    await written.promise;
    const { id } = await records.create(caller, 'films', { data: {} });
    expect((await entered(1)).map(({ record }) => record)).toEqual([id]);
    ending.resolve();
    await large;
    await entered(5_001);
  });

  it('has non-decreasing times for the versions of a record', async () => {
    const caller = callerOf(haven.tenant);
    const records = haven.app.get(RecordsService, { strict: false });
    await haven.app.get(UnitOfWork).run(caller, async () => {
      await haven.app.get(UnitOfWork).current().query('SELECT 1'); // starts the transaction before the record exists
      const id = await create();
      await records.mergePatch(caller, { collection: 'films', id }, { data: { n: 1 } }, Precondition.none);
    });
    const times = await haven.sql('SELECT at, created_at FROM haven.events WHERE tenant_id = $1 ORDER BY version', [
      haven.tenant,
    ]);
    expect(times).toHaveLength(2);
    expect(times[1].at.getTime()).toBeGreaterThanOrEqual(times[0].at.getTime());
    expect(times[1].created_at).toEqual(times[0].created_at);
  });
});

it("chains the hash of each event with that of the record's previous version", async () => {
  const id = await create({ Title: 'Alien', year: 1979 });
  await haven.rest('PATCH', `${FILMS}/records/${id}`, { data: { year: 1e22 } });
  await haven.rest('DELETE', `${FILMS}/records/${id}`);
  await entered(3);
  const rows = await haven.sql(
    `SELECT e.*, f.salt, f.digest, f.hash FROM haven.events AS e
     JOIN haven.feed AS f USING (tenant_id, collection_id, record_id, version) WHERE tenant_id = $1 ORDER BY version`,
    [haven.tenant],
  );
  let previous: Buffer | null = null;
  for (const {
    record_id: recordId,
    version,
    type,
    data,
    actor,
    trace_id: traceId,
    created_at,
    at,
    ...sealed
  } of rows) {
    const digest: Buffer | null = data && digestOf(data, sealed.salt);
    expect(sealed.digest).toEqual(digest);
    const times = { createdAt: created_at.toISOString(), at: at.toISOString(), cause: null };
    const hash = sealHash({ collection: 'films', recordId, version, type, actor, traceId, ...times }, digest, previous);
    expect(sealed.hash).toEqual(hash);
    previous = hash;
  }
  expect(rows.map(({ digest }) => digest?.length)).toEqual([32, 32, undefined]);
});

describe('two processes', () => {
  let second: NestFastifyApplication;

  beforeEach(async () => {
    second = await createApp(testConfig(), haven.address);
  });

  afterEach(async () => {
    await second.close();
  });

  const backends = (name: string): Promise<{ pid: number }[]> =>
    haven.sql('SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1', [name]);
  const createAtSecond = () =>
    second.get(RecordsService, { strict: false }).create(callerOf(haven.tenant), 'films', { data: {} });

  it('have one leader, which is notified of writes by the other', async () => {
    await createAtSecond();
    await create();
    await entered(2);
    const [locks] = await haven.sql(
      `SELECT count(*)::integer AS held FROM pg_locks WHERE locktype = 'advisory' AND objid = 4283650003::oid
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(locks).toEqual({ held: 1 });
  });

  it('continue after all background connections were terminated, whichever process becomes leader', async () => {
    for (const name of ['haven-leader', 'haven-notices']) {
      for (const { pid } of await backends(name)) await haven.sql('SELECT pg_terminate_backend($1)', [pid]);
    }
    await createAtSecond();
    await create();
    await entered(2);
  });
});

it('sequences the events of a database from before there was a feed', async () => {
  const old = await openTestDatabase('template0');
  try {
    await migrate(old.address, migrations.slice(0, 2));
    const [tenant, record] = [randomUUID(), randomUUID()];
    await old.owner.query(
      `INSERT INTO haven.collections (tenant_id, name, revision, enforce, require_precondition, indexes, created_at, updated_at)
       VALUES ($1, 'films', 1, 'all', false, '[]', now(), now())`,
      [tenant],
    );
    await old.owner.query(
      `INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, at)
       SELECT $1, 1, $2, version, type, data::jsonb, 'a', 't', '2026-01-01Z'::timestamptz + version * interval '1 day'
       FROM (VALUES (1, 'record.created', '{}'), (2, 'record.updated', '{"a":1}'), (3, 'record.deleted', NULL),
                    (4, 'record.created', '{"b":2}'), (5, 'record.updated', '{}')) AS e (version, type, data)`,
      [tenant, record],
    );
    await migrate(old.address, migrations);
    const { rows } = await old.owner.query('SELECT created_at FROM haven.events ORDER BY version');
    expect(rows.map(({ created_at: at }) => at.toISOString().slice(0, 10))).toEqual([
      '2026-01-02',
      '2026-01-02',
      '2026-01-02',
      '2026-01-05',
      '2026-01-05',
    ]);
    const app = await createApp(testConfig(), old.address);
    await vi.waitFor(async () => {
      const { rows: lines } = await old.owner.query('SELECT version FROM haven.feed ORDER BY seq');
      expect(lines.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    }, PATIENCE);
    await app.close();
  } finally {
    await old.drop();
  }
});
