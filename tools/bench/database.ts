import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import pg from 'pg';

import { loadEmbedded } from '../embedded.ts';
import type { EmbeddedServer } from '../embedded.ts';
import { document, recordId, RECORDS } from './data.ts';

/** The database of a benchmark run, shared by Haven and the reference servers in floors/. */
export class BenchDatabase {
  /** The actual data directory, which differs from the requested one if this runs as root. */
  readonly dataDir: string;
  /** Environment variables with which libpq and `pg` connect to the database. */
  readonly environment: Record<string, string>;
  readonly #server: EmbeddedServer;
  readonly #client: pg.Client;
  #connecting: Promise<unknown> | undefined;

  private constructor(server: EmbeddedServer) {
    const { host, port, user } = server.connection;
    this.#server = server;
    this.#client = new pg.Client({ host, port, user, database: 'haven' });
    this.dataDir = server.dataDir;
    this.environment = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: 'haven' };
  }

  static async open(dataDir: string): Promise<BenchDatabase> {
    const { EmbeddedPostgres } = await loadEmbedded();
    return new BenchDatabase(await EmbeddedPostgres.start({ dataDir }));
  }

  /** Runs a statement as the owner of the database. */
  async run(statement: string, values: unknown[] = []): Promise<void> {
    await this.#connected();
    await this.#client.query(statement, values);
  }

  /** Whether a query has a result. */
  async has(query: string, values: unknown[]): Promise<boolean> {
    await this.#connected();
    return (await this.#client.query(query, values)).rows.length > 0;
  }

  /** Imports the records through Haven, unless an earlier run did, and updates the statistics of the planner. */
  async fill(origin: string): Promise<void> {
    await this.#connected();
    if (!(await this.#isFull())) await importAll(origin);
    await this.#client.query('VACUUM (ANALYZE) haven.records, haven.events, haven.collections');
    await this.#client.query('CHECKPOINT');
  }

  /** Returns the CPU time of each PostgreSQL process so far in microseconds, by pid; 0 on systems without /proc. */
  async usage(): Promise<Map<number, number>> {
    const { rows } = await this.#client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
    return new Map(rows.map(({ pid }) => [pid, cpuOf(pid)]));
  }

  async stop(): Promise<void> {
    await this.#client.end();
    await this.#server.stop();
  }

  #connected(): Promise<unknown> {
    return (this.#connecting ??= this.#client.connect());
  }

  async #isFull(): Promise<boolean> {
    const { rows } = await this.#client.query('SELECT count(*)::int AS count FROM haven.records');
    return rows[0].count >= RECORDS;
  }
}

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Returns the CPU time of a process so far in microseconds; 0 on systems without /proc. */
export function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
  } catch {
    return 0;
  }
}

async function importAll(origin: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${origin}/api/v1/collections`, { method: 'POST', headers, body: '{"name":"products"}' });
  const response = await fetch(`${origin}/api/v1/collections/products/import?shape=record`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: ReadableStream.from(lines()),
    duplex: 'half',
  });
  const report = (await response.json()) as { imported?: number }; // or a problem
  if (report.imported !== RECORDS) throw new Error(`The import failed: ${JSON.stringify(report)}`);
}

function* lines(): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let number = 0; number < RECORDS; number++) {
    yield encoder.encode(`${JSON.stringify({ id: recordId(number), data: document(number) })}\n`);
  }
}
