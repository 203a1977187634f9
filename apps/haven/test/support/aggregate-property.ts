import { expect, vi } from 'vitest';

import type { JsonValue } from '@haven/kernel';

import { aggregateByOracle } from './aggregate-oracle.js';
import type { OracleRecord } from './aggregate-oracle.js';
import type { Haven } from './haven.js';
import { RandomAggregates, randomIds } from './random-aggregates.js';
import { randomFrom } from './random.js';

/** A moment, as a time and as a cursor, and the records at it. The last one is now. */
interface Moment {
  readonly asOf: readonly string[];
  readonly records: readonly OracleRecord[];
}

/** How to compare Haven with the oracle. */
export interface AggregateProperty {
  readonly seed: number;
  readonly queries: number;
  /** Number of times at which the records are changed. */
  readonly moments: number;
  readonly records: number;
  /** The indexes of the collection. */
  readonly indexes: readonly JsonValue[];
}

const PATH = '/collections/values';

/**
 * Compares the aggregates of Haven with those of the oracle: random aggregates of random documents, now and at earlier
 * moments. Returns the number of groups that were compared.
 */
export async function compareAggregates(haven: Haven, property: AggregateProperty): Promise<number> {
  const random = new RandomAggregates(randomFrom(property.seed));
  const moments = await prepared(haven, random, property);
  let compared = 0;
  for (let number = 0; number < property.queries; number++) {
    const query = random.query();
    const moment = random.oneOf(moments);
    const asOf = random.oneOf<string | undefined>(moment.asOf.length > 0 ? moment.asOf : [undefined]);
    const expected = aggregateByOracle(moment.records, query);
    const sent = { ...query, ...(asOf !== undefined && { asOf }) };
    const { status, body } = await haven.rest('POST', `${PATH}/aggregate`, sent);
    const result = status === 200 ? body : body.code;
    expect(result, `seed ${property.seed}, query ${number}: ${JSON.stringify(sent)}`).toEqual(expected);
    compared += status === 200 ? body.groups.length : 1;
  }
  return compared;
}

/** Makes changes, and returns the moments between them. */
async function prepared(
  haven: Haven,
  random: RandomAggregates,
  { records, moments, indexes }: AggregateProperty,
): Promise<Moment[]> {
  await haven.rest('POST', '/collections', { name: 'values', indexes });
  await vi.waitFor(async () => {
    const { body } = await haven.rest('GET', PATH);
    expect(body.indexes.every(({ state }: { state: string }) => state === 'ready')).toBe(true);
  });
  const ids = randomIds(records);
  const known: Moment[] = [];
  for (let number = 0; number < moments; number++) {
    const operations = ids
      .filter(() => number === 0 || random.chance(0.3))
      .map((id) => ({ op: 'replace', collection: 'values', id, data: random.document() }));
    const { status, body } = await haven.rest('POST', '/batch', { operations });
    expect(status, JSON.stringify(body)).toBe(200);
    const deleted = ids.filter(() => random.chance(0.1));
    const deletion = await haven.rest('POST', `${PATH}/delete`, { filter: { $id: { _in: deleted } } });
    expect(deletion.status).toBe(200);
    known.push({ records: await exported(haven), asOf: number === moments - 1 ? [] : await momentOf(haven) });
  }
  return known;
}

async function exported(haven: Haven): Promise<OracleRecord[]> {
  const { body } = await haven.rest('GET', `${PATH}/export`);
  const lines = String(body).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as OracleRecord);
}

/** Waits until all changes are in the feed and the clock has passed the last one. Returns that moment in both forms. */
async function momentOf(haven: Haven): Promise<string[]> {
  const [written] = await haven.sql(
    'SELECT count(*)::integer AS events, max(at) AS time FROM haven.events WHERE tenant_id = $1',
    [haven.tenant],
  );
  await vi.waitFor(
    async () => {
      const [clock] = await haven.sql('SELECT clock_timestamp()::timestamptz(3) > $1 AS later', [written.time]);
      expect(clock.later).toBe(true);
    },
    { interval: 1 },
  );
  const cursor = await vi.waitFor(
    async () => {
      const [head] = await haven.sql('SELECT seq FROM haven.feed_heads WHERE tenant_id = $1', [haven.tenant]);
      expect(Number(head?.seq ?? 0)).toBe(written.events);
      const { body } = await haven.rest('GET', '/changes?order=desc&limit=1');
      return body.items[0].cursor as string;
    },
    { interval: 5, timeout: 10_000 },
  );
  return [written.time.toISOString(), cursor];
}
