import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import { aimText, atLeast } from '../aims.ts';
import type { Aim } from '../aims.ts';
import { NO_LIMITS } from '../bench.ts';
import type { BenchDatabase } from '../database.ts';
import { megabytes, summary, used } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import { profileDuring } from '../profile.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';

/** Size of the parts in which a body is sent, as a client that reads a file sends them. */
const PART_BYTES = 64 * 1024;

const INDEXES = ['group', 'stock', 'title', { path: 'sku', unique: true }];

/** A kind of import: its body, its options and the indexes of the collection. */
interface Variant {
  readonly name: string;
  readonly line: (number: number) => string;
  readonly header?: string;
  readonly query?: string;
  readonly type?: string;
  readonly indexes?: readonly unknown[];
}

const record = (number: number): object => ({
  title: `Product ${number}`,
  stock: (number * 13) % 500,
  group: `g${number % 997}`,
  sku: `SKU-${number}`,
});
const documentLine = (number: number): string => `${JSON.stringify(record(number))}\n`;
const recordLine = (number: number): string => `${JSON.stringify({ id: randomUUID(), data: record(number) })}\n`;
const csvLine = (number: number): string => `${Object.values(record(number)).join(',')}\n`;

/** The import that fills the collection that is exported. */
const FILLING: Variant = { name: 'documents', line: documentLine };

const VARIANTS: readonly Variant[] = [
  FILLING,
  { name: 'documents, four indexes', line: documentLine, indexes: INDEXES },
  { name: 'documents, atomic', line: documentLine, query: '?atomic=true' },
  { name: 'documents, atomic, four indexes', line: documentLine, query: '?atomic=true', indexes: INDEXES },
  { name: 'records', line: recordLine, query: '?shape=record' },
  { name: 'CSV', line: csvLine, header: 'title,stock,group,sku\n', type: 'text/csv' },
];

/** A kind of export. */
const EXPORTS = [
  { name: 'export of documents', query: '?shape=document', type: 'application/x-ndjson' },
  { name: 'export of records', query: '?shape=record', type: 'application/x-ndjson' },
  { name: 'export of CSV', query: '?shape=document', type: 'text/csv' },
];

/** Targets in records per second. */
const AIMS = { import: atLeast(30_000, 0), export: atLeast(60_000, 0) };

/** Records per second, CPU time per record of each server in microseconds, and the peak of the memory in MiB. */
interface Figures {
  readonly rate: number;
  readonly cpu: number;
  readonly postgresCpu: number;
  readonly memory: number;
}

/** Number of records of each import and export. */
const RECORDS = 25_000;

/** The figures of an import or export, and by bucket the shares of Haven's CPU in one that was profiled. */
type ImportResult = ({ row: string; shares: Record<string, number> } & Record<keyof Figures, Summary>)[];

/** Number of buckets of a profile that the page shows. */
const BUCKETS = 6;

/** Measures imports and exports of small records. The sequencer pauses, and its work is a row of its own. */
export const imports: Section<ImportResult> = {
  plan: { rounds: 2, seconds: 0 },

  async measure(bench) {
    const server = await bench.haven('haven', NO_LIMITS);
    const { results, shares } = await new ImportBench(server, bench.database).run(bench.plan.rounds);
    return [...results].map(([row, figures]) => {
      const of = (figure: keyof Figures): Summary => summary(figures.map((each) => each[figure]));
      const summaries = { rate: of('rate'), cpu: of('cpu'), postgresCpu: of('postgresCpu'), memory: of('memory') };
      return { row, shares: shares.get(row) ?? {}, ...summaries };
    });
  },

  blocks(kept) {
    const rows = kept.result.map(({ row, rate, cpu, postgresCpu, memory }) => [
      row,
      ...[spread(rate, 0), aimText(aimOf(row)), fixed(cpu, 1), fixed(postgresCpu, 1), fixed(megabytes(memory), 0)],
    ]);
    const header = [
      '',
      'records/s',
      'aim',
      'CPU of Haven, µs a record',
      'CPU of PostgreSQL, µs a record',
      'memory, MB',
    ];
    const profiles = kept.result.map(({ row, cpu, shares }) => [row, largestBuckets(cpu.median, shares)]);
    const profiled = table(['', 'CPU of Haven by bucket, µs a record'], profiles);
    return { imports: `${measured(kept)}\n\n${table(header, rows)}\n\n${profiled}` };
  },

  aims: ({ result }) =>
    result.flatMap(({ row, rate }) => {
      const aim = aimOf(row);
      const name = `${row.startsWith('export') ? row : `import of ${row}`}, records/s`;
      return aim ? [{ name, value: rate.median, aim }] : [];
    }),
};

function largestBuckets(cpu: number, shares: Record<string, number>): string {
  const largest = Object.entries(shares)
    .sort(([, one], [, other]) => other - one)
    .slice(0, BUCKETS);
  return largest.map(([bucket, share]) => `${bucket} ${fixed(share * cpu, 1)}`).join(', ');
}

/** Returns the target of an import or an export. The work for the feed has none. */
function aimOf(row: string): Aim | undefined {
  if (VARIANTS.some(({ name }) => name === row)) return AIMS.import;
  return EXPORTS.some(({ name }) => name === row) ? AIMS.export : undefined;
}

/** Measures, or profiles, work on a number of records. */
type Measure = (row: string, records: number, work: () => Promise<void>) => Promise<void>;

class ImportBench {
  readonly #server: ServerProcess;
  readonly #database: BenchDatabase;
  readonly #results = new Map<string, Figures[]>();
  readonly #shares = new Map<string, Record<string, number>>();

  constructor(server: ServerProcess, database: BenchDatabase) {
    this.#server = server;
    this.#database = database;
  }

  /** Measures all imports and exports in each round, and then profiles them. */
  async run(rounds: number) {
    const feed = await PausedFeed.pause(this.#database);
    for (let round = 0; round <= rounds; round++) {
      const measureOne: Measure = round < rounds ? this.#measure.bind(this) : this.#profile.bind(this);
      await this.#imports(measureOne);
      await measureOne('entering the events into the feed', RECORDS * VARIANTS.length, () => feed.catchUp());
      await this.#exports(feed, measureOne);
    }
    return { results: this.#results, shares: this.#shares };
  }

  async #imports(measureOne: Measure): Promise<void> {
    for (const variant of VARIANTS) {
      const body = bodyOf(variant, RECORDS);
      const path = await newCollection(this.#server, variant.indexes);
      await measureOne(variant.name, RECORDS, () => importBody(this.#server, path, variant, body, RECORDS));
    }
  }

  /** Exports a collection whose events are in the feed. */
  async #exports(feed: PausedFeed, measureOne: Measure): Promise<void> {
    const path = await newCollection(this.#server);
    await importBody(this.#server, path, FILLING, bodyOf(FILLING, RECORDS), RECORDS);
    await feed.catchUp();
    await this.#database.run('VACUUM (ANALYZE) haven.records');
    for (const { name, query, type } of EXPORTS) {
      await measureOne(name, RECORDS, () => exportAll(this.#server, `${path}/export${query}`, type));
    }
  }

  async #measure(row: string, records: number, work: () => Promise<void>): Promise<void> {
    const figures = await figuresOf(this.#server, this.#database, records, work);
    this.#results.set(row, [...(this.#results.get(row) ?? []), figures]);
  }

  async #profile(row: string, _records: number, work: () => Promise<void>): Promise<void> {
    const { shares } = await profileDuring(this.#server, work);
    this.#shares.set(row, shares);
  }
}

async function newCollection({ origin }: ServerProcess, indexes: readonly unknown[] = []): Promise<string> {
  const name = `import-${randomUUID()}`;
  const response = await fetch(`${origin}/api/v1/collections`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, indexes }),
  });
  if (!response.ok) throw new Error(await response.text());
  return `/api/v1/collections/${name}`;
}

/** Returns the whole body in parts, so that the client takes as little CPU as possible while it sends them. */
function bodyOf({ line, header = '' }: Variant, records: number): Buffer[] {
  const whole = Buffer.from(header + Array.from({ length: records }, (_, number) => line(number)).join(''));
  const parts = Math.ceil(whole.length / PART_BYTES);
  return Array.from({ length: parts }, (_, part) => whole.subarray(part * PART_BYTES, (part + 1) * PART_BYTES));
}

async function importBody(
  { origin }: ServerProcess,
  path: string,
  { query = '', type = 'application/x-ndjson' }: Variant,
  body: readonly Buffer[],
  records: number,
): Promise<void> {
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(`${origin}${path}/import${query}`, { method: 'POST', headers: { 'content-type': type } });
    sent.on('response', resolve).on('error', reject);
    void (async () => {
      for (const part of body) if (!sent.write(part)) await new Promise((settle) => sent.once('drain', settle));
      sent.end();
    })();
  });
  const text = await textOf(await response);
  const { imported } = JSON.parse(text) as { imported?: number }; // or a problem
  if (imported !== records) throw new Error(`The import failed: ${text.slice(0, 1_000)}`);
}

async function textOf(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function exportAll({ origin }: ServerProcess, path: string, accept: string): Promise<void> {
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request(origin + path, { headers: { accept } })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
  const { statusCode } = await readAll(await response);
  if (statusCode !== 200) throw new Error(`The export failed with ${statusCode}.`);
}

/**
 * Keeps the sequencer from entering events into the feed while something else is measured, by holding the lock of the
 * leader.
 */
class PausedFeed {
  readonly #database: BenchDatabase;

  private constructor(database: BenchDatabase) {
    this.#database = database;
  }

  static async pause(database: BenchDatabase): Promise<PausedFeed> {
    const feed = new PausedFeed(database);
    await feed.#take();
    return feed;
  }

  /** Waits until all events are in the feed. */
  async catchUp(): Promise<void> {
    await this.#database.run(`SELECT pg_advisory_unlock(${LEADER_LOCK})`);
    const newest = 'SELECT max(position) FROM haven.events';
    const isDone = `SELECT FROM haven.sequencer WHERE watermark >= (${newest})`;
    while (!(await this.#database.has(isDone, []))) await new Promise((resolve) => setTimeout(resolve, 200));
    await this.#take();
  }

  async #take(): Promise<void> {
    const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'haven-leader%'";
    const taken = `SELECT FROM (SELECT pg_try_advisory_lock(${LEADER_LOCK}) AS taken OFFSET 0) AS lock WHERE taken`;
    do await this.#database.run(end);
    while (!(await this.#database.has(taken, [])));
  }
}

/** `ADVISORY_LOCKS.sequencer` */
const LEADER_LOCK = 4_283_650_003;

/** Reads a response without keeping it. */
async function readAll(response: IncomingMessage): Promise<IncomingMessage> {
  response.resume();
  await once(response, 'end');
  return response;
}

async function figuresOf(
  server: ServerProcess,
  database: BenchDatabase,
  records: number,
  work: () => Promise<void>,
): Promise<Figures> {
  server.resetPeak();
  const [before, postgresBefore] = [await server.usage(), await database.usage()];
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1_000;
  const [after, postgresAfter] = [await server.usage(), await database.usage()];
  return {
    rate: records / seconds,
    cpu: (after.cpu - before.cpu) / records,
    postgresCpu: used(postgresBefore, postgresAfter) / records,
    memory: (await server.peak()) / 2 ** 20,
  };
}
