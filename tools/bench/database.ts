import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import pg from 'pg';

import { loadEmbedded } from '../embedded.ts';
import type { EmbeddedServer } from '../embedded.ts';
import { sessionCpu } from './cpu.ts';
import { document, recordId, RECORDS } from './data.ts';

/** Selects the sessions of a server: their database, and a pattern of their `application_name`. */
export interface Sessions {
  database: string;
  application: string;
}

const ALL_SESSIONS: Sessions = { database: 'haven', application: '%' };

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
    if (!(await this.#isFull())) await importRecords(origin);
    await this.settle();
  }

  /** Updates the statistics of the planner, as autovacuum does after a minute, and writes all pages. */
  async settle(database = 'haven'): Promise<void> {
    const client = await this.connect(database);
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT');
    await client.end();
  }

  /** Connects to a database of the server as its owner. The caller ends the connection. */
  async connect(database: string): Promise<pg.Client> {
    const { PGHOST, PGPORT, PGUSER } = this.environment;
    const client = new pg.Client({ host: PGHOST, port: Number(PGPORT), user: PGUSER, database });
    await client.connect();
    return client;
  }

  /** Creates another database on the same server. Returns the URL at which Haven connects to it. */
  async another(name: string): Promise<string> {
    if (!(await this.has('SELECT FROM pg_database WHERE datname = $1', [name])))
      await this.run(`CREATE DATABASE ${name}`);
    const { PGHOST = '', PGPORT, PGUSER } = this.environment;
    return `postgres:///${name}?host=${encodeURIComponent(PGHOST)}&port=${PGPORT}&user=${PGUSER}`;
  }

  /**
   * Returns the CPU time so far of each PostgreSQL process that works for a server, in microseconds, by pid: of its
   * sessions, and of the processes that write the log and read files for all sessions. Vacuum and checkpoints do not
   * count, because they run at times of their own.
   */
  async usage({ database, application }: Sessions = ALL_SESSIONS): Promise<Map<number, number>> {
    await this.#connected();
    const { rows } = await this.#client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE backend_type IN ('walwriter', 'io worker', 'background writer')
          OR backend_type IN ('client backend', 'parallel worker') AND datname = $1 AND application_name LIKE $2
            AND pid <> pg_backend_pid()`,
      [database, application],
    );
    return new Map(rows.map(({ pid }) => [pid, sessionCpu(pid)]));
  }

  /** Returns the pids of PostgreSQL's main process and of all others. */
  async processes(): Promise<number[]> {
    await this.#connected();
    const { rows } = await this.#client.query<{ pid: number; directory: string }>(
      "SELECT pid, current_setting('data_directory') AS directory FROM pg_stat_activity",
    );
    const directory = rows[0]?.directory ?? '';
    const main = Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return [main, ...rows.map(({ pid }) => pid)];
  }

  async stop(): Promise<void> {
    await this.#client.end();
    await this.#server.stop();
  }

  #connected(): Promise<unknown> {
    return (this.#connecting ??= this.#client.connect());
  }

  async #isFull(): Promise<boolean> {
    const { rows } = await this.#client.query<{ count: number }>('SELECT count(*)::int FROM haven.records');
    return (rows[0]?.count ?? 0) >= RECORDS;
  }
}

/** Creates the collection `products` with all records through a Haven. */
export async function importRecords(origin: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${origin}/api/v1/collections`, {
    method: 'POST',
    headers,
    body: '{"name":"products","indexes":["group"]}',
  });
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
