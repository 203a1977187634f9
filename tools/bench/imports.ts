import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';

import type { BenchDatabase } from './database.ts';
import { summary, used } from './measure.ts';
import type { ServerProcess } from './server-process.ts';

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

/** Records per second, and CPU time per record of each server in microseconds. */
interface Figures {
  readonly rate: number;
  readonly cpu: number;
  readonly postgresCpu: number;
  readonly memory: number;
}

/** What to measure. */
interface ImportPlan {
  readonly rounds: number;
  /** Number of records of each import and export. */
  readonly records: number;
  /** Matches the names of the rows to measure. */
  readonly only: RegExp;
  /** Whether to write a CPU profile of each row, instead of comparing. */
  readonly isProfiled: boolean;
}

/** Measures imports and exports of small records. The servers import in turn. */
export async function imports(
  servers: readonly ServerProcess[],
  database: BenchDatabase,
  plan: ImportPlan,
): Promise<void> {
  await new ImportBench(servers, database, plan).run();
}

class ImportBench {
  readonly #servers: readonly ServerProcess[];
  readonly #database: BenchDatabase;
  readonly #plan: ImportPlan;
  readonly #results = new Map<string, Figures[]>();

  constructor(servers: readonly ServerProcess[], database: BenchDatabase, plan: ImportPlan) {
    this.#servers = servers;
    this.#database = database;
    this.#plan = plan;
  }

  async run(): Promise<void> {
    const { rounds } = this.#plan;
    const feed = await PausedFeed.pause(this.#database);
    for (let round = 0; round < rounds; round++) {
      const servers = round % 2 === 0 ? this.#servers : this.#servers.toReversed();
      await this.#imports(servers);
      await this.#measure(this.#servers, 'entering the events into the feed', () => feed.catchUp());
      await this.#exports(servers, feed);
    }
    print(this.#results);
  }

  async #imports(servers: readonly ServerProcess[]): Promise<void> {
    const { records, only } = this.#plan;
    for (const variant of VARIANTS.filter(({ name }) => only.test(name))) {
      const body = bodyOf(variant, records);
      for (const server of servers) {
        const path = await newCollection(server, variant.indexes);
        const row = `${variant.name} (${server.name})`;
        await this.#measure([server], row, () => importBody(server, path, variant, body, records));
      }
    }
  }

  /** All servers export one collection, whose events are in the feed. */
  async #exports(servers: readonly ServerProcess[], feed: PausedFeed): Promise<void> {
    const { records, only } = this.#plan;
    const exported = EXPORTS.filter(({ name }) => only.test(name));
    const [server] = servers;
    if (exported.length === 0 || !server) return;
    const path = await newCollection(server);
    await importBody(server, path, FILLING, bodyOf(FILLING, records), records);
    await feed.catchUp();
    await this.#database.run('VACUUM (ANALYZE) haven.records');
    for (const { name, query, type } of exported) {
      for (const each of servers) {
        await this.#measure([each], `${name} (${each.name})`, () => exportAll(each, `${path}/export${query}`, type));
      }
    }
  }

  async #measure(servers: readonly ServerProcess[], row: string, work: () => Promise<void>): Promise<void> {
    const { records, isProfiled } = this.#plan;
    if (isProfiled) for (const server of servers) await server.startProfile();
    const figures = await measured(servers, this.#database, records, work);
    this.#results.set(row, [...(this.#results.get(row) ?? []), figures]);
    for (const server of isProfiled ? servers : []) {
      await server.stopProfile(join(process.cwd(), `bench-${row.replaceAll(/\W+/g, '-')}-${server.name}.cpuprofile`));
    }
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

async function measured(
  servers: readonly ServerProcess[],
  database: BenchDatabase,
  records: number,
  work: () => Promise<void>,
): Promise<Figures> {
  const usage = async (): Promise<{ cpu: number; rss: number }> => {
    const all = await Promise.all(servers.map((server) => server.usage()));
    return {
      cpu: all.reduce((sum, { cpu }) => sum + cpu, 0),
      rss: Math.max(...all.map(({ rss }) => rss)),
    };
  };
  const [before, postgresBefore] = [await usage(), await database.usage()];
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1_000;
  const [after, postgresAfter] = [await usage(), await database.usage()];
  return {
    rate: records / seconds,
    cpu: (after.cpu - before.cpu) / records,
    postgresCpu: used(postgresBefore, postgresAfter) / records,
    memory: after.rss / 2 ** 20,
  };
}

function print(results: ReadonlyMap<string, readonly Figures[]>): void {
  const rows = [...results].map(([name, figures]) => {
    const median = (of: keyof Figures, digits = 0): string =>
      summary(figures.map((each) => each[of])).median.toFixed(digits);
    return [name, median('rate'), median('cpu', 1), median('postgresCpu', 1), median('memory')];
  });
  const table = [
    ['', 'records/s', 'server µs', 'PostgreSQL µs', 'memory MiB'],
    ['---', '---:', '---:', '---:', '---:'],
    ...rows,
  ];
  console.log(table.map((cells) => `| ${cells.join(' | ')} |`).join('\n'));
}
