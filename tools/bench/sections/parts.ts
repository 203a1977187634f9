import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { NO_LIMITS, UNREACHED } from '../bench.ts';
import type { Bench } from '../bench.ts';
import type { LoadRequest } from '../load.ts';
import { cpuPerRequest, measure, summary } from '../measure.ts';
import type { Figures, Rounds, Summary } from '../measure.ts';
import { operationOf } from '../operations.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';
import { createShop, OPERATOR_KEY, product, PRODUCTS } from '../ships.ts';
import type { CollectionInput } from '../ships.ts';

/** Sessions of all processes but those of the leader for its own work. */
const SESSIONS = { database: 'haven', application: 'haven' };
const CONNECTIONS = 16;
/** Connections to each of the servers that are measured at the same time. */
const CONNECTIONS_EACH = 4;
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

/** Settings with a key of the operator, and limits that are counted, but not reached. */
const KEYED = [`auth.operatorKey=${OPERATOR_KEY}`, 'rateLimits.concurrentPerTenant=1000', ...UNREACHED];

/** Quotas that are checked, but not reached. As it ships, Haven limits neither the records nor their size. */
const QUOTAS = ['quotas.records=1000000000', 'quotas.bytes=1000GiB'];

/** A create of a record on one of the servers, without one of the parts, or with another one. */
interface Variant {
  row: string;
  server: ServerProcess;
  collection: string;
  key?: string | undefined;
  /** Whether each request has an `Idempotency-Key`. */
  isKeyed?: boolean;
}

/** CPU in milliseconds per create, and its difference from that of a create with all parts in the same round. */
interface PartResult {
  row: string;
  cpu: Summary;
  difference: Summary;
}

/** The same for a part of a collection, which costs PostgreSQL something too. */
interface CollectionPartResult extends PartResult {
  postgresCpu: Summary;
  postgresDifference: Summary;
}

/**
 * Measures what each part of Haven adds to a create, by switching it off. Another process is the leader, so the
 * ordering and sealing of events is not included: the section `background` measures it.
 */
export const parts: Section<{ settings: PartResult[]; collections: CollectionPartResult[] }> = {
  plan: { rounds: 15, seconds: 0.6 },

  async measure(bench) {
    const leader = await bench.haven('leader', KEYED);
    const server = await bench.haven('all', KEYED);
    const open = await bench.haven('open', NO_LIMITS);
    const key = await createShop(leader.origin, COLLECTIONS, product, RECORDS);
    await createShop(open.origin, { all: PRODUCTS }, product, RECORDS, '');
    await open.stop();
    await bench.database.settle();
    const all = { row: 'as it ships', server, collection: 'all', key };
    const settings = await settingsParts(bench, all);
    return {
      settings,
      collections: await collectionParts(bench, [
        all,
        { ...all, row: 'without a schema, but for the reference', collection: 'schema' },
        { ...all, row: 'without the four declared paths', collection: 'paths' },
        { ...all, row: 'without the unique path', collection: 'unique' },
        { ...all, row: 'without the reference', collection: 'reference' },
        { ...all, row: 'without schema, paths and reference', collection: 'plain' },
        { ...all, row: 'with an `Idempotency-Key`', isKeyed: true },
      ]),
    };
  },

  blocks(kept) {
    const settings = kept.result.settings.map(({ row, cpu, difference }, index) => [
      row,
      fixed(cpu, 3),
      index === 0 ? '' : spread(difference, 3),
    ]);
    const collections = kept.result.collections.map(
      ({ row, cpu, difference, postgresCpu, postgresDifference }, index) => [
        row,
        fixed(cpu, 3),
        index === 0 ? '' : spread(difference, 3),
        fixed(postgresCpu, 3),
        index === 0 ? '' : spread(postgresDifference, 3),
      ],
    );
    const bySetting = table(['a create, by setting', 'CPU ms', 'difference'], settings);
    const header = ['a create, by collection', 'CPU ms', 'difference', 'PostgreSQL CPU ms', 'difference'];
    return { parts: `${measured(kept)}\n\n${bySetting}\n\n${table(header, collections)}` };
  },
};

/** Starts a server that accepts all spans, and drops them, until this program ends. Returns its URL. */
async function startSpanReceiver(): Promise<string> {
  const server = createServer((request, response) => request.resume().on('end', () => response.end())).unref();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return `http://127.0.0.1:${port}`;
}

/**
 * Measures servers with different settings beside one that is as it ships. Those of a group are measured at the same
 * time, because a process that has been idle for some seconds needs more CPU for a request than one that has not.
 */
async function settingsParts(bench: Bench, all: Variant): Promise<PartResult[]> {
  const spans = await startSpanReceiver();
  const results: PartResult[] = [];
  for (const group of settingsGroups(spans)) {
    const variants: Variant[] = [];
    for (const { row, settings, isOpen } of group) {
      const { key, ...others } = all;
      const server = await bench.haven('variant', settings);
      variants.push({ ...others, ...(!isOpen && { key }), row, server });
    }
    const measuredGroup = await measureTogether(bench.plan, [all, ...variants]);
    results.push(...(results.length === 0 ? measuredGroup : measuredGroup.slice(1)));
    for (const { server } of variants) await server.stop();
  }
  return results;
}

/** Returns the settings to compare, in groups: all servers together would need more connections than PostgreSQL has. */
function settingsGroups(spans: string): { row: string; settings: readonly string[]; isOpen?: boolean }[][] {
  return [
    [
      { row: 'without keys and limits', settings: NO_LIMITS, isOpen: true },
      { row: 'without limits', settings: [...KEYED, ...NO_LIMITS] },
      { row: 'without metrics', settings: [...KEYED, 'metrics.enabled=false'] },
    ],
    [
      { row: 'without `Server-Timing`', settings: [...KEYED, 'telemetry.serverTiming=false'] },
      { row: 'without log lines of successes', settings: [...KEYED, 'log.sampleSuccesses=0'] },
      {
        row: 'with every trace recorded and sent',
        settings: [...KEYED, `telemetry.otlpEndpoint=${spans}`, 'telemetry.traceSampling=1'],
      },
    ],
    [{ row: 'with quotas of records and bytes', settings: [...KEYED, ...QUOTAS] }],
  ];
}

/** Measures several servers at the same time. */
async function measureTogether({ rounds, seconds }: Rounds, variants: readonly Variant[]): Promise<PartResult[]> {
  const measureAll = (length: number): Promise<number[]> =>
    Promise.all(variants.map((each) => cpuPerRequest(each.server, requestOf(each), CONNECTIONS_EACH, length)));
  await measureAll(WARM_UP_S);
  const costs: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    costs.push((await measureAll(seconds)).map((microseconds) => microseconds / 1_000));
  }
  return variants.map(({ row }, index) => ({ row, ...compared(costs, index) }));
}

/** Measures collections of one server in turn, in one order and in the other. */
async function collectionParts(bench: Bench, variants: readonly Variant[]): Promise<CollectionPartResult[]> {
  const plan = { connections: CONNECTIONS, seconds: bench.plan.seconds, sessions: SESSIONS };
  const inOrder = variants.map((variant, index) => ({ variant, index }));
  const rounds: Figures[][] = [];
  for (let round = -1; round < bench.plan.rounds; round++) {
    const figures: Figures[] = [];
    for (const { variant, index } of round % 2 === 0 ? inOrder : inOrder.toReversed()) {
      figures[index] = await measure(variant.server, bench.database, requestOf(variant), plan);
    }
    if (round >= 0) rounds.push(figures); // the first one warms up
  }
  const costs = (figure: 'cpu' | 'postgresCpu') => rounds.map((figures) => figures.map((each) => each[figure]));
  return variants.map(({ row }, index) => {
    const { cpu: postgresCpu, difference: postgresDifference } = compared(costs('postgresCpu'), index);
    return { row, ...compared(costs('cpu'), index), postgresCpu, postgresDifference };
  });
}

/** Summarizes the costs of a variant in all rounds, and how much they differ from those of the first variant. */
function compared(rounds: readonly (readonly number[])[], index: number): Omit<PartResult, 'row'> {
  const costs = rounds.map((each) => each[index] ?? NaN);
  return {
    cpu: summary(costs),
    difference: summary(costs.map((cost, round) => cost - (rounds[round]?.[0] ?? NaN))),
  };
}

/** Returns requests that create records with a unique `sku` and an existing supplier. */
function requestOf({ collection, key, isKeyed }: Variant): (number: number) => LoadRequest {
  return (number) => {
    const { headers = {}, ...request } = operationOf('create').rest(number);
    const data = { ...product(number), sku: randomUUID() };
    return {
      ...request,
      path: request.path.replace('products', collection),
      headers: {
        ...headers,
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(isKeyed && { 'idempotency-key': randomUUID() }),
      },
      body: JSON.stringify({ data }),
    };
  };
}
