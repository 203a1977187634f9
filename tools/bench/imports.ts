import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';

import type { BenchDatabase } from './database.ts';
import { summary, used } from './measure.ts';
import type { ServerProcess } from './server-process.ts';

/** Number of records of an import and of an export. */
const COUNT = Number(process.env['BENCH_COUNT'] ?? 200_000);

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

const VARIANTS: readonly Variant[] = [
  { name: 'documents', line: documentLine },
  { name: 'documents, four indexes', line: documentLine, indexes: INDEXES },
  { name: 'documents, atomic', line: documentLine, query: '?atomic=true' },
  { name: 'documents, atomic, four indexes', line: documentLine, query: '?atomic=true', indexes: INDEXES },
  { name: 'records', line: recordLine, query: '?shape=record' },
  { name: 'CSV', line: csvLine, header: 'title,stock,group,sku\n', type: 'text/csv' },
];

/** An export of the collection that the first import of a round has filled. */
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

/**
 * Measures imports and exports of small records. The servers import in turn. `only` selects the rows whose names
 * contain it; with `profiled`, the CPU profile of each row is written.
 */
export async function imports(
  servers: readonly ServerProcess[],
  database: BenchDatabase,
  rounds: number,
  { only = '', profiled = false }: { readonly only?: string; readonly profiled?: boolean } = {},
): Promise<void> {
  const feed = await PausedFeed.pause(database);
  const results = new Map<string, Figures[]>();
  const keep = (name: string, figures: Figures): void => void results.set(name, [...(results.get(name) ?? []), figures]);
  const run = async (server: ServerProcess, name: string, work: () => Promise<void>): Promise<void> => {
    if (profiled) await server.startProfile();
    keep(`${name} (${server.name})`, await measured([server], database, work));
    console.log(`${name} (${server.name})`, JSON.stringify(results.get(`${name} (${server.name})`)?.at(-1)));
    if (profiled) await server.stopProfile(join(process.cwd(), `bench-${name.replaceAll(/\W+/g, '-')}.cpuprofile`));
  };
  for (let round = 0; round < rounds; round++) {
    const inTurn = round % 2 === 0 ? servers : servers.toReversed();
    for (const variant of VARIANTS.filter(({ name }) => new RegExp(only).test(name))) {
      const body = bodyOf(variant);
      for (const server of inTurn) {
        const path = await newCollection(server, variant.indexes);
        await run(server, variant.name, () => importBody(server, path, variant, body));
      }
    }
    if (round === 0) keep('entering the events into the feed', await measured(servers, database, () => feed.catchUp()));
    else await feed.catchUp();
    const exported = EXPORTS.filter(({ name }) => new RegExp(only).test(name));
    if (exported.length === 0) continue;
    const [server] = servers;
    const [variant] = VARIANTS;
    if (!server || !variant) return;
    const path = await newCollection(server);
    await importBody(server, path, variant, bodyOf(variant));
    await feed.catchUp();
    await database.run('VACUUM (ANALYZE) haven.records');
    for (const { name, query, type } of exported) {
      for (const each of inTurn) await run(each, name, () => exportAll(each, `${path}/export${query}`, type));
    }
  }
  print(results);
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
function bodyOf({ line, header = '' }: Variant): Buffer[] {
  const whole = Buffer.from(header + Array.from({ length: COUNT }, (_, number) => line(number)).join(''));
  const parts = Math.ceil(whole.length / PART_BYTES);
  return Array.from({ length: parts }, (_, part) => whole.subarray(part * PART_BYTES, (part + 1) * PART_BYTES));
}

async function importBody(
  { origin }: ServerProcess,
  path: string,
  { query = '', type = 'application/x-ndjson' }: Variant,
  body: readonly Buffer[],
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
  if (imported !== COUNT) throw new Error(`The import failed: ${text.slice(0, 1_000)}`);
}

async function textOf(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function exportAll({ origin }: ServerProcess, path: string, accept: string): Promise<void> {
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request(origin + path, { headers: { accept } }).on('response', resolve).on('error', reject).end();
  });
  let bytes = 0;
  for await (const chunk of await response) bytes += (chunk as Buffer).length;
  if (bytes < COUNT * 20) throw new Error(`The export has only ${bytes} bytes.`);
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

async function measured(
  servers: readonly ServerProcess[],
  database: BenchDatabase,
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
    rate: COUNT / seconds,
    cpu: (after.cpu - before.cpu) / COUNT,
    postgresCpu: used(postgresBefore, postgresAfter) / COUNT,
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
