import { randomUUID } from 'node:crypto';

import { NO_LIMITS, UNREACHED } from '../bench.ts';
import { load } from '../load.ts';
import type { LoadRequest } from '../load.ts';
import { measure, summary } from '../measure.ts';
import type { Figures, Summary } from '../measure.ts';
import { operationOf } from '../operations.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';
import { createShop, OPERATOR_KEY, product, PRODUCTS } from '../ships.ts';
import type { CollectionInput } from '../ships.ts';
import { WITHOUT } from './telemetry.ts';

/** Sessions of all processes but those of the leader for its own work. */
const SESSIONS = { database: 'haven', application: 'haven' };
const CONNECTIONS = 16;
/** Node compiles code for about 20 seconds of load. */
const WARM_UP_S = 20;

/** Number of records that each collection has before the measurement. */
const RECORDS = 20_000;

const { schema, indexes } = PRODUCTS;
const [unique, ...declared] = indexes;
const { supplier, ...own } = schema.properties;

/** Collections that lack one part of a collection as an application declares it. */
const COLLECTIONS: Readonly<Record<string, CollectionInput>> = {
  all: PRODUCTS,
  schema: { schema: { type: 'object', properties: { supplier } }, indexes },
  paths: { schema, indexes: [unique] },
  unique: { schema, indexes: declared },
  reference: { schema: { ...schema, properties: own }, indexes },
  plain: {},
};

/** A create of a record on one of the servers, without one of the parts. */
interface Variant {
  row: string;
  server: ServerProcess;
  collection: string;
  key?: string;
}

/** CPU in milliseconds per create, and its difference from that of a create with all parts in the same round. */
interface PartResult {
  row: string;
  cpu: Summary;
  postgresCpu: Summary;
  difference: Summary;
  postgresDifference: Summary;
}

/**
 * Measures what each part of Haven adds to a create, by switching it off. Another process is the leader, so the
 * ordering and sealing of events is not included: the section `background` measures it.
 */
export const parts: Section<PartResult[]> = {
  plan: { rounds: 9, seconds: 0.6 },

  async measure(bench) {
    const keyed = [`auth.operatorKey=${OPERATOR_KEY}`, 'rateLimits.concurrentPerTenant=1000', ...UNREACHED];
    const leader = await bench.haven('leader', keyed);
    const server = await bench.haven('all', keyed);
    const open = await bench.haven('open', NO_LIMITS);
    const key = await createShop(leader.origin, COLLECTIONS, product, RECORDS);
    await createShop(open.origin, { all: PRODUCTS, plain: {} }, product, RECORDS, '');
    await bench.database.settle();
    const variants: Variant[] = [
      { row: 'as it ships', server, collection: 'all', key },
      { row: 'without keys and limits', server: open, collection: 'all' },
      { row: 'without telemetry', server: await bench.haven('quiet', [...keyed, ...WITHOUT]), collection: 'all', key },
      {
        row: 'without log lines of successes',
        server: await bench.haven('unlogged', [...keyed, 'log.sampleSuccesses=0']),
        collection: 'all',
        key,
      },
      { row: 'without a schema, but for the reference', server, collection: 'schema', key },
      { row: 'without the four declared paths', server, collection: 'paths', key },
      { row: 'without the unique path', server, collection: 'unique', key },
      { row: 'without the reference', server, collection: 'reference', key },
      { row: 'without schema, paths, reference, keys and limits', server: open, collection: 'plain' },
    ];
    const rounds: Figures[][] = [];
    const one = (variant: Variant, seconds: number): Promise<Figures> =>
      measure(variant.server, bench.database, requestOf(variant), {
        connections: CONNECTIONS,
        seconds,
        sessions: SESSIONS,
      });
    const warmUp = { connections: CONNECTIONS / 4, seconds: WARM_UP_S };
    const firsts = variants.filter((each) => each.server !== server || each === variants[0]);
    await Promise.all(firsts.map((each) => load(each.server.origin, requestOf(each), warmUp)));
    for (const variant of variants) await one(variant, bench.plan.seconds);
    for (let round = 0; round < bench.plan.rounds; round++) {
      const figures: Figures[] = [];
      for (const variant of variants) figures.push(await one(variant, bench.plan.seconds));
      rounds.push(figures);
    }
    return variants.map(({ row }, index) => {
      const of = (figure: 'cpu' | 'postgresCpu') => summary(rounds.map((figures) => figures[index]?.[figure] ?? NaN));
      const less = (figure: 'cpu' | 'postgresCpu') =>
        summary(rounds.map((figures) => (figures[index]?.[figure] ?? NaN) - (figures[0]?.[figure] ?? NaN)));
      return {
        row,
        cpu: of('cpu'),
        postgresCpu: of('postgresCpu'),
        difference: less('cpu'),
        postgresDifference: less('postgresCpu'),
      };
    });
  },

  blocks(kept) {
    const rows = kept.result.map(({ row, cpu, postgresCpu, difference, postgresDifference }, index) => [
      row,
      fixed(cpu, 3),
      index === 0 ? '' : spread(difference, 3),
      fixed(postgresCpu, 3),
      index === 0 ? '' : spread(postgresDifference, 3),
    ]);
    const header = ['a create', 'CPU ms', 'difference', 'PostgreSQL CPU ms', 'difference'];
    return { parts: `${measured(kept)}\n\n${table(header, rows)}` };
  },
};

/** Returns requests that create records with a unique `sku` and an existing supplier. */
function requestOf({ collection, key }: Variant): (number: number) => LoadRequest {
  return (number) => {
    const { headers = {}, ...request } = operationOf('create').rest(number);
    const data = { ...product(number), sku: randomUUID() };
    return {
      ...request,
      path: request.path.replace('products', collection),
      headers: { ...headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ data }),
    };
  };
}
