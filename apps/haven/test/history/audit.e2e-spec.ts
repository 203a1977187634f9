import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import { MaintenanceScheduler, checkpointHash } from '@haven/events';
import type { Checkpoint } from '@haven/events';

import { MerkleTree } from '../../../../libs/events/src/domain/merkle-tree.js';
import { digestOf, sealHash } from '../../../../libs/events/src/domain/seal.js';
import { verify } from '../../src/verify.js';
import { startHaven, testConfig } from '../support/haven.js';
import { at } from '../support/process.js';

const haven = startHaven(['audit.checkpointEvents=4', 'audit.checkpointInterval=24h', 'upkeep.interval=24h']);
const FILMS = '/collections/films/records';

/** Ids of the records that are created before each test. */
let ids: string[];
let exported: Checkpoint[];

/** Creates seven events and two checkpoints, one over four events and one over three. */
beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  ids = [randomUUID(), randomUUID(), randomUUID()];
  const [one, two, three] = ids;
  await haven.rest('POST', FILMS, { id: one, data: { title: 'Alien', year: 1979 } });
  await haven.rest('PATCH', `${FILMS}/${one}`, { data: { year: 1980 } });
  await haven.rest('POST', FILMS, { id: two, data: { title: 'Brazil' } });
  await haven.rest('DELETE', `${FILMS}/${two}`);
  await haven.rest('POST', FILMS, { id: three, data: { title: 'Contact' } });
  await haven.rest('PATCH', `${FILMS}/${one}`, { data: { year: 1979 } });
  await haven.rest('POST', FILMS, { id: two, data: { title: 'Brazil' } });
  await sealed(7);
  await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
  exported = (await haven.rest('GET', '/audit/checkpoints')).body.items;
});

const own = (text: string, ...values: unknown[]) => haven.sql(text, [haven.tenant, ...values]);

const sealed = (count: number) =>
  vi.waitFor(async () => expect(await own('SELECT FROM haven.feed WHERE tenant_id = $1')).toHaveLength(count), {
    timeout: 10_000,
  });

const audited = (checkpoints: Checkpoint[] = [], audit = true) =>
  verify(testConfig([`database.url=${at(haven.address).DATABASE_URL}`]), {
    tenant: haven.tenant,
    audit,
    exported: checkpoints,
  });

/** Changes the event with the given sequence number. */
const alter = (seq: number, change: string) =>
  own(
    `UPDATE haven.events SET ${change} WHERE tenant_id = $1 AND (collection_id, record_id, version) =
       (SELECT collection_id, record_id, version FROM haven.feed WHERE tenant_id = $1 AND seq = $2)`,
    seq,
  );

const OF_SEQ = `tenant_id = $1 AND (collection_id, record_id, version) =
  (SELECT collection_id, record_id, version FROM haven.feed WHERE tenant_id = $1 AND seq = $2)`;

/** Recomputes the digest and the hash of a feed entry from its altered event. */
async function resealEvent(seq: number): Promise<void> {
  const [event] = await own(`SELECT * FROM haven.events WHERE ${OF_SEQ}`, seq);
  const [line] = await own('SELECT salt FROM haven.feed WHERE tenant_id = $1 AND seq = $2', seq);
  const [before] = await own(
    'SELECT hash FROM haven.feed WHERE tenant_id = $1 AND record_id = $2 AND version = $3',
    event.record_id,
    event.version - 1,
  );
  const facts = {
    collection: 'films',
    recordId: event.record_id,
    version: event.version,
    type: event.type,
    actor: event.actor,
    traceId: event.trace_id,
    createdAt: event.created_at.toISOString(),
    at: event.at.toISOString(),
    cause: event.cause,
  };
  const digest = event.data && digestOf(event.data, line.salt);
  const hash = sealHash(facts, digest, before?.hash ?? null);
  await own('UPDATE haven.feed SET digest = $3, hash = $4 WHERE tenant_id = $1 AND seq = $2', seq, digest, hash);
}

describe('checkpoints', () => {
  it('cover the feed, are chained, and can be recomputed from published data', async () => {
    const lines = await own('SELECT hash FROM haven.feed WHERE tenant_id = $1 ORDER BY seq');
    expect(exported.map(({ number, firstSeq, lastSeq }) => [number, firstSeq, lastSeq])).toEqual([
      [1, 1, 4],
      [2, 5, 7],
    ]);
    for (const checkpoint of exported) {
      const tree = new MerkleTree();
      for (const { hash } of lines.slice(checkpoint.firstSeq - 1, checkpoint.lastSeq)) tree.add(hash);
      expect(checkpoint.root).toBe(tree.root().toString('hex'));
      expect(checkpoint.hash).toBe(checkpointHash(checkpoint));
    }
    expect(exported.map(({ previous }) => previous)).toEqual([null, exported[0]?.hash]);
    expect((await haven.rest('GET', '/audit/checkpoint')).body).toEqual(exported[1]);
  });

  it('are created as soon as there are enough events, and not while there are none', async () => {
    for (const n of [1, 2, 3, 4]) await haven.rest('POST', FILMS, { data: { n } });
    await vi.waitFor(async () =>
      expect((await haven.rest('GET', '/audit/checkpoint')).body).toMatchObject({
        number: 3,
        firstSeq: 8,
        lastSeq: 11,
      }),
    );
    await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
    expect((await haven.rest('GET', '/audit/checkpoint')).body).toMatchObject({ number: 3 });
  });

  it('are the same in both APIs', async () => {
    const MEMBERS = 'tenant number firstSeq lastSeq root previous at hash';
    const { body } = await haven.graphql(
      `{ auditCheckpoint { ${MEMBERS} } auditCheckpoints(first: 1) { totalCount edges { node { ${MEMBERS} } } pageInfo { endCursor } } }`,
    );
    expect(body.data.auditCheckpoint).toEqual(exported[1]);
    const first = (await haven.rest('GET', '/audit/checkpoints?limit=1')).body;
    expect(body.data.auditCheckpoints).toEqual({
      totalCount: 2,
      edges: [{ node: exported[0] }],
      pageInfo: { endCursor: first.nextCursor },
    });
  });

  it('are returned in pages, in both directions', async () => {
    const first = (await haven.rest('GET', '/audit/checkpoints?limit=1')).body;
    expect(first).toMatchObject({ items: [exported[0]], previousCursor: null });
    const second = (await haven.rest('GET', `/audit/checkpoints?limit=1&after=${first.nextCursor}`)).body;
    expect(second).toMatchObject({ items: [exported[1]], nextCursor: null });
    const back = (await haven.rest('GET', `/audit/checkpoints?limit=1&before=${second.previousCursor}`)).body;
    expect(back).toEqual(first);
  });
});

describe('haven verify --audit', () => {
  it('reports no violation if nothing was manipulated', async () => {
    expect(await audited(exported)).toEqual({
      sound: true,
      text: `Rows and events agree: 1 tenants, 3 records, 7 events.
Seals and checkpoints are valid: 7 events (0 erased, 0 pruned), 2 checkpoints; 0 events are not sealed yet. Compared with 2 exported checkpoints.`,
    });
  });

  it.each([
    ['type', "type = 'record.restored'"],
    ['data', `data = '{"title": "Aliens"}'`],
    ['data (removed)', 'data = NULL'],
    ['actor', "actor = 'somebody else'"],
    ['trace_id', `trace_id = '${'0'.repeat(32)}'`],
    ['created_at', "created_at = created_at - interval '1 day'"],
    ['at', "at = at + interval '1 day'"],
    ['cause', 'cause = gen_random_uuid()'],
  ])('names the event whose %s was altered', async (_column, change) => {
    await alter(2, change);
    const { sound, text } = await audited();
    expect({ sound, text }).toMatchObject({ sound: false });
    expect(text).toContain(`event 2 was altered (record ${ids[0]} of "films", version 2)`);
  });

  it('names the event whose position was altered', async () => {
    await haven.sql('ALTER TABLE haven.events ALTER position SET GENERATED BY DEFAULT');
    await alter(2, 'position = position + 1000000');
    expect((await audited()).text).toContain('event 2 was altered');
    await alter(2, 'position = position - 1000000'); // otherwise the sequencer would fail
    await haven.sql('ALTER TABLE haven.events ALTER position SET GENERATED ALWAYS');
  });

  it.each([
    ['version', 'version = 9'],
    ['record_id', 'record_id = gen_random_uuid()'],
    ['collection_id', 'collection_id = collection_id + 1000000'],
    ['tenant_id', 'tenant_id = gen_random_uuid()'],
  ])('reports an event as removed if its %s was altered', async (_column, change) => {
    await alter(6, change);
    expect((await audited()).text).toContain(`event 6 was removed (record ${ids[0]} of "films", version 3)`);
    await own("DELETE FROM haven.events WHERE tenant_id <> $1 AND data->>'title' = 'Alien' AND version = 3");
  });

  it('names the first of several altered events', async () => {
    await alter(5, "actor = 'x'");
    await alter(3, "actor = 'x'");
    expect((await audited()).text).toContain('event 3 was altered');
  });

  it('names a deleted event, even if its feed entry was deleted too', async () => {
    await own(`DELETE FROM haven.events WHERE ${OF_SEQ}`, 5);
    expect((await audited()).text).toContain(`event 5 was removed (record ${ids[2]} of "films", version 1)`);
    await own('DELETE FROM haven.feed WHERE tenant_id = $1 AND seq = $2', 5);
    expect((await audited()).text).toContain('event 5 was removed: missing from the feed.');
  });

  it('detects that the newest events were deleted', async () => {
    await own(`DELETE FROM haven.events WHERE ${OF_SEQ}`, 7);
    await own('DELETE FROM haven.feed WHERE tenant_id = $1 AND seq = $2', 7);
    expect((await audited()).text).toContain('event 7 was removed: missing from the feed.');
    await own('UPDATE haven.feed_heads SET seq = 6 WHERE tenant_id = $1');
    expect((await audited()).text).toContain(
      'event 7 was removed: missing from the feed, but covered by checkpoint 2.',
    );
    await own('DELETE FROM haven.checkpoints WHERE tenant_id = $1 AND number = 2');
    expect((await audited(exported)).text).toContain('Checkpoint 2 was removed: it was exported.');
  });

  it.each(['hash', 'digest', 'salt'])('names the event whose %s in the feed was altered', async (column) => {
    await own(`UPDATE haven.feed SET ${column} = sha256('x') WHERE tenant_id = $1 AND seq = 3`);
    expect((await audited()).text).toContain('event 3 was altered');
  });

  it('detects an altered event with a recomputed hash by the next version or by the checkpoint', async () => {
    await alter(2, "actor = 'somebody else'");
    await resealEvent(2);
    expect((await audited()).text).toContain('one or more of the events 1 to 4 were altered: the root of checkpoint 1');
    await own('DELETE FROM haven.checkpoints WHERE tenant_id = $1');
    expect((await audited()).text).toContain(`event 6 was altered (record ${ids[0]} of "films", version 3)`);
    await resealEvent(6);
    expect(await audited()).toMatchObject({ sound: true });
    expect((await audited(exported)).text).toContain('Checkpoint 1 was removed: it was exported.');
    await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
    expect((await audited(exported)).text).toContain('Checkpoint 1 is not the one that was exported.');
  });

  it('detects an inserted event that is not in the feed', async () => {
    await own(
      `INSERT INTO haven.events (tenant_id, collection_id, record_id, version, position, type, data, actor, trace_id, created_at, at)
       OVERRIDING SYSTEM VALUE
       SELECT tenant_id, collection_id, $2, 1, position, 'record.created', '{}', 'x', trace_id, at, at
       FROM haven.events WHERE tenant_id = $1 LIMIT 1`,
      randomUUID(),
    );
    expect((await audited()).text).toMatch(/an event was inserted \(record .*, version 1\): it never entered the feed/);
  });

  it('detects an inserted event that the sequencer has added to the feed, by the record row', async () => {
    await own(
      `INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
       SELECT tenant_id, collection_id, record_id, version + 1, 'record.updated', '{}', 'x', trace_id, created_at, at
       FROM haven.events WHERE tenant_id = $1 AND record_id = $2`,
      ids[2],
    );
    await haven.rest('POST', FILMS, { data: {} });
    await sealed(9);
    expect((await audited()).text).toContain(`record ${ids[2]} of "films", version 2: the row is at version 1.`);
  });

  it('detects a forged entry in the middle of the feed, even with a correct hash', async () => {
    const id = randomUUID();
    await own('UPDATE haven.feed SET seq = seq + 1000 WHERE tenant_id = $1 AND seq > 4');
    await own('UPDATE haven.feed SET seq = seq - 999 WHERE tenant_id = $1 AND seq > 1000');
    await own(
      `INSERT INTO haven.events (tenant_id, collection_id, record_id, version, position, type, data, actor, trace_id, created_at, at)
       OVERRIDING SYSTEM VALUE
       SELECT tenant_id, collection_id, $2, 1, position, 'record.created', '{}', 'x', trace_id, at, at
       FROM haven.events WHERE tenant_id = $1 LIMIT 1`,
      id,
    );
    await own(
      `INSERT INTO haven.feed (tenant_id, seq, collection_id, record_id, version, salt, hash)
       SELECT tenant_id, 5, collection_id, $2, 1, 'salt', 'x' FROM haven.feed WHERE tenant_id = $1 LIMIT 1`,
      id,
    );
    expect((await audited()).text).toContain(`event 5 was altered (record ${id}`);
    await resealEvent(5);
    expect((await audited()).text).toContain('one or more of the events 5 to 7 were altered: the root of checkpoint 2');
    await own('DELETE FROM haven.checkpoints WHERE tenant_id = $1 AND number = 2');
    expect((await audited()).text).toContain('event 8 was inserted: beyond the end of the feed.');
  });

  it.each([
    ['root', "root = sha256('x')", 'Checkpoint 1 was altered.'],
    ['hash', "hash = sha256('x')", 'Checkpoint 1 was altered.'],
    ['at', "at = at + interval '1 s'", 'Checkpoint 1 was altered.'],
    ['last_seq', 'last_seq = 3', 'Checkpoint 1 was altered.'],
    ['number', 'number = 3', 'Checkpoint 1 was removed.'],
  ])('names the checkpoint whose %s was altered', async (_column, change, sentence) => {
    await own(`UPDATE haven.checkpoints SET ${change} WHERE tenant_id = $1 AND number = 1`);
    expect((await audited()).text).toContain(sentence);
  });

  it('names a deleted checkpoint', async () => {
    await own('DELETE FROM haven.checkpoints WHERE tenant_id = $1 AND number = 1');
    expect((await audited()).text).toContain('Checkpoint 1 was removed.');
  });

  it('names a deleted last checkpoint if it was exported', async () => {
    await own('DELETE FROM haven.checkpoints WHERE tenant_id = $1 AND number = 2');
    expect(await audited()).toMatchObject({ sound: true });
    expect((await audited(exported)).text).toContain('Checkpoint 2 was removed: it was exported.');
  });
});
