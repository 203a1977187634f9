import { randomUUID } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ADVISORY_LOCKS } from '@haven/database';

import { rebuild } from '../../src/rebuild.js';
import { Server } from '../../src/server.js';
import { verify } from '../../src/verify.js';
import { startHaven, testConfig } from '../support/haven.js';
import { at, haven as command } from '../support/process.js';

const haven = startHaven();
const FILMS = '/collections/films/records';
const NDJSON = { 'content-type': 'application/x-ndjson' };

const own = (text: string, ...values: unknown[]) => haven.sql(text, [haven.tenant, ...values]);
const config = () => testConfig([`database.url=${at(haven.address).DATABASE_URL}`]);
const verified = () => verify(config(), { tenant: haven.tenant, audit: false, exported: [] });

/** Returns the lines of a rebuild without those that report progress, whose number depends on how long it takes. */
async function rebuilt(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of rebuild(config())) if (!line.endsWith('…')) lines.push(line);
  return lines;
}

/**
 * Finds events that are not in the feed yet. The tables are emptied before each test only when there are no such
 * events, because the sequencer might otherwise add them during the test.
 */
const UNSEALED = `SELECT e.record_id, e.version FROM haven.events AS e
  LEFT JOIN haven.feed AS f USING (tenant_id, collection_id, record_id, version) WHERE f.seq IS NULL`;

/** The tables that are emptied. A rebuild processes all tenants, including those of earlier tests. */
const TABLES = [
  'collections',
  'records',
  'events',
  'feed',
  'feed_heads',
  'checkpoints',
  'index_entries',
  'unique_entries',
  'search_documents',
  'collection_sizes',
];

/** Sorted ids of an unchanged record, a changed one and a deleted one. */
let ids: string[];

beforeEach(async () => {
  await vi.waitFor(async () => expect(await haven.sql(UNSEALED)).toEqual([]), { timeout: 10_000, interval: 10 });
  // With as few rows as these, DELETE is much faster than TRUNCATE.
  await haven.sql(TABLES.map((table) => `DELETE FROM haven.${table};`).join(' '));
  await haven.rest('POST', '/collections', { name: 'films' });
  ids = [randomUUID(), randomUUID(), randomUUID()].toSorted();
  for (const id of ids) await haven.rest('POST', FILMS, { id, data: { title: 'Alien', n: 1 } });
  await haven.rest('PATCH', `${FILMS}/${ids[1]}`, { data: { n: 1.5e300 } });
  await haven.rest('DELETE', `${FILMS}/${ids[2]}`);
});

/** Ends the transaction of a test that failed, so that it does not block the next test. */
afterEach(async () => {
  await haven.sql('ROLLBACK');
});

/** Statements that make rows and events contradict each other, and the message that is expected for each. */
const tampering: [what: string, sql: string, index: number, version: number, sentence: string][] = [
  [
    'a changed document',
    `UPDATE haven.records SET data = '{"n": 2}' WHERE ID`,
    1,
    2,
    'the row has a different document.',
  ],
  ['a lost row', 'DELETE FROM haven.records WHERE ID', 0, 1, 'there are events, but no row.'],
  ['a lost tombstone', 'DELETE FROM haven.records WHERE ID', 2, 2, 'there are events, but no row.'],
  [
    'a deleted record with data',
    `UPDATE haven.records SET data = '{}' WHERE ID`,
    2,
    2,
    'the row has a different document.',
  ],
  ['a wrong version', 'UPDATE haven.records SET version = 9 WHERE ID', 1, 2, 'the row is at version 9.'],
  [
    'a wrong creation time',
    "UPDATE haven.records SET created_at = '2001-01-01Z' WHERE ID",
    0,
    1,
    'the row has the creation time 2001-01-01T00:00:00.000Z.',
  ],
  [
    'a wrong update time',
    "UPDATE haven.records SET updated_at = '2001-01-01Z' WHERE ID",
    0,
    1,
    'the row has the update time 2001-01-01T00:00:00.000Z.',
  ],
];

/** Returns the number of rebuilds that wait for a lock. */
const waiting = async (): Promise<number> => {
  await haven.sql('SELECT pg_stat_clear_snapshot()'); // otherwise a transaction always sees its first snapshot
  const [row] = await haven.sql(
    `SELECT count(*)::integer AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'haven-rebuild' AND wait_event_type = 'Lock'`,
  );
  return row.count;
};

describe('haven verify', () => {
  it('reports no difference if nothing was manipulated', async () => {
    expect(await verified()).toEqual({
      sound: true,
      text: 'Rows and events agree: 1 tenants, 3 records, 5 events.',
    });
  });

  it.each(tampering)('detects %s, and rebuild repairs it', async (_what, sql, index, version, sentence) => {
    await own(sql.replace('ID', 'tenant_id = $1 AND id = $2'), ids[index]);
    const { sound, text } = await verified();
    expect({ sound, text }).toEqual({
      sound: false,
      text: `Tenant ${haven.tenant}: record ${ids[index]} of "films", version ${version}: ${sentence}`,
    });
    expect((await rebuilt()).at(-1)).toBe('Rebuilt: 3 records, 1 of them repaired.');
    expect(await verified()).toMatchObject({ sound: true });
    expect((await rebuilt()).at(-1)).toBe('Rebuilt: 3 records, 0 of them repaired.');
  });

  it('detects a wrong usage count', async () => {
    await vi.waitFor(async () => {
      const [head] = await haven.sql('SELECT seq FROM haven.feed_heads WHERE tenant_id = $1', [haven.tenant]);
      expect(head?.seq).toBe('5');
    }, 20_000);
    await haven.sql('UPDATE haven.feed_heads SET records = records + 1 WHERE tenant_id = $1', [haven.tenant]);
    expect((await verified()).text).toMatch(
      /its usage is stored as 3 records and \d+ bytes, but there are 2 records and \d+ bytes\.$/,
    );
    await haven.sql('UPDATE haven.feed_heads SET records = records - 1 WHERE tenant_id = $1', [haven.tenant]);
    expect(await verified()).toMatchObject({ sound: true });
  });

  it('detects a wrong size of a collection', async () => {
    await vi.waitFor(async () => {
      const [head] = await haven.sql('SELECT seq FROM haven.feed_heads WHERE tenant_id = $1', [haven.tenant]);
      expect(head?.seq).toBe('5');
    }, 20_000);
    await haven.sql('UPDATE haven.collection_sizes SET records = records + 1 WHERE tenant_id = $1', [haven.tenant]);
    expect((await verified()).text).toMatch(
      /the size of the collection films is stored as 3 records and \d+ bytes, but there are 2 records and \d+ bytes\.$/,
    );
    await haven.sql('UPDATE haven.collection_sizes SET records = records - 1 WHERE tenant_id = $1', [haven.tenant]);
    expect(await verified()).toMatchObject({ sound: true });
  });

  it.each(['00000000-0000-4000-8000-000000000000', 'ffffffff-ffff-4fff-bfff-ffffffffffff'])(
    'detects a row without events, and rebuild removes it: %s',
    async (id) => {
      await own(
        `INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
         SELECT tenant_id, collection_id, $2, 1, '{}', now(), now() FROM haven.records WHERE tenant_id = $1 LIMIT 1`,
        id,
      );
      expect((await verified()).text).toContain(`record ${id} of "films", version 1: there is a row, but no event.`);
      expect((await rebuilt()).at(-1)).toBe('Rebuilt: 4 records, 1 of them repaired.');
      expect(await verified()).toMatchObject({ sound: true });
    },
  );

  it.each<[string, string, string]>([
    [
      'a missing version',
      'DELETE FROM haven.events WHERE ID AND version = 1',
      'version 2: the event of version 1 is missing',
    ],
    [
      'a wrong first event',
      "UPDATE haven.events SET type = 'record.updated' WHERE ID AND version = 1",
      'version 1: its first event is record.updated, not record.created',
    ],
    [
      'a creation of an existing record',
      "UPDATE haven.events SET type = 'record.created' WHERE ID AND version = 2",
      'version 2: record.created, but the record already exists',
    ],
    [
      'decreasing times',
      "UPDATE haven.events SET at = at + interval '1 day' WHERE ID AND version = 1",
      'version 2: its time is before',
    ],
    [
      'a wrong creation time',
      "UPDATE haven.events SET created_at = created_at - interval '1 day' WHERE ID AND version = 1",
      'version 2: its createdAt differs',
    ],
    [
      'a missing document',
      'UPDATE haven.events SET data = NULL WHERE ID AND version = 1',
      'version 1: its document is missing, but the record was not erased',
    ],
  ])('detects %s in the events', async (_what, sql, sentence) => {
    await own(sql.replace('ID', 'tenant_id = $1 AND record_id = $2'), ids[1]);
    expect((await verified()).text).toContain(`record ${ids[1]} of "films", ${sentence}`);
  });

  it('names the first difference of all tenants, or of one tenant', async () => {
    const [first, second] = [haven.tenant, randomUUID()];
    haven.tenant = second;
    await haven.rest('POST', '/collections', { name: 'films' });
    await haven.rest('POST', FILMS, { data: {} });
    await haven.sql('UPDATE haven.records SET version = version + 1');
    const all = await verify(config(), { audit: false, exported: [] });
    expect(all.text).toContain([first, second].toSorted()[0]);
    expect((await verified()).text).toContain(second);
    await expect(verify(config(), { tenant: 'x', audit: false, exported: [] })).rejects.toThrow(
      '--tenant must be a UUID',
    );
  });
});

describe('index entries', () => {
  const indexes = ['n', '-n,title', { path: 'tags' }, { path: 'code', unique: true }];
  const readyIndexes = () =>
    vi.waitFor(async () => {
      const { body } = await haven.rest('GET', '/collections/films');
      for (const { state } of body.indexes) expect(state).toBe('ready');
    }, 10_000);

  beforeEach(async () => {
    await haven.rest('PATCH', '/collections/films', { indexes });
    await haven.rest('PATCH', `${FILMS}/${ids[0]}`, { data: { tags: ['a', 'b', 'a', {}], code: 'A' } });
    await readyIndexes();
  });

  const ENTRY = 'tenant_id = $1 AND record_id = $2';
  const STRAY = 'has an entry that does not match its document.';
  it.each<[what: string, sql: string, sentence: string, repaired: string]>([
    ['a missing entry', `DELETE FROM haven.index_entries WHERE ${ENTRY}`, 'has no entry.', '6 added, 0 removed'],
    [
      'a missing unique value',
      `DELETE FROM haven.unique_entries WHERE ${ENTRY}`,
      'has no entry of its unique value.',
      '1 added, 0 removed',
    ],
    [
      'a wrong key',
      `UPDATE haven.index_entries SET key = key || '\\x00' WHERE ${ENTRY} AND get_byte(key, 0) = 238`,
      'has no entry.',
      '2 added, 2 removed',
    ],
    [
      'a stray entry',
      `INSERT INTO haven.index_entries SELECT tenant_id, collection_id, index_id, '\\x07', record_id
       FROM haven.index_entries WHERE ${ENTRY} LIMIT 1`,
      STRAY,
      '0 added, 1 removed',
    ],
    [
      'a stray unique value',
      `INSERT INTO haven.unique_entries SELECT tenant_id, collection_id, index_id, '\\x07', record_id
       FROM haven.unique_entries WHERE ${ENTRY}`,
      STRAY,
      '0 added, 1 removed',
    ],
  ])('are compared, and rebuilt: %s', async (_what, sql, sentence, repaired) => {
    expect(await verified()).toMatchObject({ sound: true });
    await own(sql, ids[0]);
    const { sound, text } = await verified();
    expect({ sound, text }).toEqual({
      sound: false,
      text: expect.stringMatching(
        new RegExp(`^Tenant ${haven.tenant}: index "[^"]+" of "films": record ${ids[0]} ${sentence}$`),
      ),
    });
    expect((await rebuilt()).slice(-2)).toEqual([
      `Index entries: ${repaired}.`,
      'Rebuilt: 3 records, 0 of them repaired.',
    ]);
    expect(await verified()).toMatchObject({ sound: true });
    expect(await rebuilt()).toEqual(['Rebuilt: 3 records, 0 of them repaired.']);
  });

  it('of an index that is not declared are found and removed', async () => {
    await own(
      `INSERT INTO haven.index_entries SELECT tenant_id, collection_id, 999999, key, record_id
       FROM haven.index_entries WHERE tenant_id = $1 ON CONFLICT DO NOTHING`,
    );
    expect((await verified()).text).toContain('has entries of index 999999, which it does not declare.');
    expect((await rebuilt()).at(-2)).toMatch(/^Index entries: 0 added, [1-9]\d* removed\.$/);
    expect(await verified()).toMatchObject({ sound: true });
  });

  it('are rebuilt when no transaction writes records of the collection', async () => {
    await own(`DELETE FROM haven.index_entries WHERE ${ENTRY}`, ids[0]);
    await haven.sql('BEGIN');
    const name = `${haven.tenant}/films`;
    await haven.sql('SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 1))', [name]); // as writers do
    const running = rebuilt();
    await vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 10_000, interval: 20 });
    await haven.sql('COMMIT');
    expect((await running).at(-2)).toBe('Index entries: 6 added, 0 removed.');
  });

  it('follow a repaired row', async () => {
    await own(`UPDATE haven.records SET data = '{"n": "spoilt"}' WHERE tenant_id = $1 AND id = $2`, ids[1]);
    await rebuilt();
    expect(await verified()).toMatchObject({ sound: true });
  });
});

describe('references', () => {
  const reference = { collection: 'films', onDelete: 'cascade' };
  const schema = {
    properties: { sequel: { 'x-haven-ref': reference }, cast: { items: { 'x-haven-ref': reference } } },
  };
  const NOBODY = '018f0000-0000-7000-8000-000000000000';
  const spoil = (data: object) =>
    own('UPDATE haven.records SET data = data || $3::jsonb WHERE tenant_id = $1 AND id = $2', ids[1], data);

  /** Changes a record and its last event, as a write without the checks would. */
  async function dangle(data: object): Promise<void> {
    await spoil(data);
    await own(
      `UPDATE haven.events SET data = (SELECT data FROM haven.records WHERE tenant_id = $1 AND id = $2)
       WHERE tenant_id = $1 AND record_id = $2 AND version = 2`,
      ids[1],
    );
  }

  beforeEach(async () => {
    await haven.rest('PATCH', '/collections/films', { schema });
    await haven.rest('POST', FILMS, { data: { sequel: ids[0], cast: [ids[0], ids[1]] } });
  });

  it.each<[string, () => object, string, () => unknown]>([
    ['an id of no record', () => ({ sequel: NOBODY }), 'sequel', () => NOBODY],
    ['the id of a deleted record', () => ({ cast: [ids[0], ids[2]] }), 'cast', () => ids[2]],
    ['a value that is no id', () => ({ cast: [null] }), 'cast', () => null],
  ])('that have %s are found, unless only new records are checked', async (_what, data, path, value) => {
    expect(await verified()).toMatchObject({ sound: true });
    await dangle(data());
    await rebuilt(); // repairs the entries
    const what = `which is not the id of a record of "films"`;
    expect(await verified()).toEqual({
      sound: false,
      text: `Tenant ${haven.tenant}: reference "${path}" of "films": record ${ids[1]} has the value ${JSON.stringify(value())}, ${what}.`,
    });
    await haven.rest('PATCH', '/collections/films', { enforce: 'new' });
    expect((await verified()).text).not.toContain('reference');
  });

  it('that their target does not know are found', async () => {
    const [{ referrers }] = await own('SELECT referrers FROM haven.collections WHERE tenant_id = $1');
    const store = (value: unknown) =>
      own('UPDATE haven.collections SET referrers = $2 WHERE tenant_id = $1', JSON.stringify(value));
    await store(referrers.slice(1));
    expect((await verified()).text).toContain('reference "sequel" of "films" is not stored with "films"');
    await store(referrers);
    expect(await verified()).toMatchObject({ sound: true });
  });

  it('keep their indexes in a rebuild', async () => {
    const declared = async () => (await own('SELECT declared_indexes FROM haven.collections WHERE tenant_id = $1'))[0];
    await vi.waitFor(async () => {
      const { body } = await haven.rest('GET', '/collections/films');
      expect(body.references).toMatchObject([{ state: 'ready' }, { state: 'ready' }]);
    }, 10_000);
    const before = await declared();
    await own('DELETE FROM haven.index_entries WHERE tenant_id = $1');
    expect((await rebuilt()).at(-2)).toMatch(/^Index entries: [1-9]\d* added, 0 removed\.$/);
    expect(await declared()).toEqual(before);
    expect(await verified()).toMatchObject({ sound: true });
  });
});

describe('haven rebuild', () => {
  /** Creates `count` records at once, and deletes or corrupts each of their rows. */
  async function corrupt(count: number): Promise<void> {
    const lines = Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join('');
    expect((await haven.rest('POST', '/collections/films/import', lines, NDJSON)).body.imported).toBe(count);
    await own(`UPDATE haven.records SET data = '{"spoilt": true}' WHERE tenant_id = $1 AND data ? 'n'`);
  }

  it('runs while others write, and reverts none of their changes', async () => {
    await corrupt(3_000);
    const [id] = ids;
    const writing = new AbortController();
    const writes = (async () => {
      const answers: number[] = [];
      while (!writing.signal.aborted) {
        answers.push((await haven.rest('PUT', `${FILMS}/${id}`, { data: { n: answers.length } })).status);
        answers.push((await haven.rest('POST', FILMS, { data: { fresh: true } })).status);
      }
      return answers;
    })();
    await rebuilt();
    await rebuilt();
    writing.abort();
    const answers = await writes;
    expect(new Set(answers)).toEqual(new Set([200, 201]));
    expect(await verified()).toMatchObject({ sound: true });
    const { body } = await haven.rest('GET', `${FILMS}/${id}`);
    expect(body.version).toBe(1 + answers.length / 2);
  });

  it('continues where it was killed', async () => {
    await corrupt(2_000);
    // A transaction locks a row in the middle, so the rebuild waits there until it is killed.
    const [middle] = await own(
      "SELECT id FROM haven.records WHERE tenant_id = $1 AND data ? 'spoilt' ORDER BY id OFFSET 1200 LIMIT 1",
    );
    await haven.sql('BEGIN');
    await own('SELECT FROM haven.records WHERE tenant_id = $1 AND id = $2 FOR UPDATE', middle.id);
    const killed = command(['rebuild'], at(haven.address));
    await vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 60_000, interval: 50 });
    killed.child.kill('SIGKILL');
    await killed.ended;
    await haven.sql('COMMIT');
    const [state] = await haven.sql('SELECT looked::integer, mended::integer, finished FROM haven.rebuild');
    expect(state).toMatchObject({ finished: false });
    expect(state.looked % 500).toBe(0);
    expect(state.looked).toBeGreaterThanOrEqual(500);
    const { code, stdout } = await command(['rebuild'], at(haven.address)).ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`Continuing after ${state.looked} records, ${state.mended} of them repaired.\n`);
    expect(stdout).toContain('Rebuilt: 2003 records, 2002 of them repaired.\n');
    expect(await verified()).toMatchObject({ sound: true });
    expect(await rebuilt()).toContain('Rebuilt: 2003 records, 0 of them repaired.');
  });

  it('runs only once at a time', async () => {
    const [holding] = [rebuild(config())];
    await corrupt(600);
    await holding.next();
    await holding.return(undefined);
    await haven.sql('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.rebuild]);
    await expect(rebuilt()).rejects.toThrow(/^Another rebuild is running on this database: ".*" \(pid \d+, .*\)\.$/);
    await haven.sql('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.rebuild]);
  });

  it('does not block the first start with keys', async () => {
    const running = rebuild(config());
    await running.next(); // the rebuild holds its lock until the generator ends
    try {
      await expect(rebuilt()).rejects.toThrow(/^Another rebuild is running on this database: ".*" \(pid \d+, .*\)\.$/);
      const settings = [`database.url=${at(haven.address).DATABASE_URL}`, 'auth.open=false', 'server.port=0'];
      const server = await Server.start(testConfig(settings));
      await server.stop();
      expect(server.firstKey).toMatch(/^hvn_/);
    } finally {
      await running.return(undefined);
    }
  });
});

describe('the commands', () => {
  it('exit with 0 and a summary, or with 1 and the difference', async () => {
    const sound = await command(['verify', '--audit'], at(haven.address)).ended;
    expect(sound).toMatchObject({ code: 0, stderr: '' });
    expect(sound.stdout).toContain('3 records, 5 events.');
    await own('UPDATE haven.records SET version = 7 WHERE tenant_id = $1 AND id = $2', ids[0]);
    const broken = await command(['verify', '--tenant', haven.tenant], at(haven.address)).ended;
    expect(broken).toMatchObject({ code: 1, stderr: '' });
    expect(broken.stdout).toBe(
      `Tenant ${haven.tenant}: record ${ids[0]} of "films", version 1: the row is at version 7.\n`,
    );
  });
});
