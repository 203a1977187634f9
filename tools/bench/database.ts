import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import pg from 'pg';

import { document, recordId, RECORDS } from './data.ts';

const { EmbeddedPostgres } = await import(join(import.meta.dirname, '../dist/modules/libs/platform/src/index.js'));

/** The one database of a bench run, that Haven and the floors share. */
export class BenchDatabase {
  #server;
  #client;

  static async open(dataDir) {
    const database = new BenchDatabase();
    database.#server = await EmbeddedPostgres.start({ dataDir });
    const { host, port, user } = database.#server.connection;
    database.dataDir = database.#server.dataDir; // elsewhere than asked when this runs as root
    database.environment = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: 'haven' };
    return database;
  }

  /** Puts the records in over Haven's own import, unless an earlier run has; then gives the planner its statistics. */
  async fill(origin) {
    const { host, port, user } = this.#server.connection;
    this.#client = new pg.Client({ host, port, user, database: 'haven' });
    await this.#client.connect();
    if (!(await this.#isFull())) await importAll(origin);
    await this.#client.query('VACUUM (ANALYZE) haven.records, haven.events, haven.collections');
    await this.#client.query('CHECKPOINT');
  }

  /** CPU microseconds that PostgreSQL's processes have used so far, each by its pid; 0 where there is no /proc. */
  async usage() {
    const { rows } = await this.#client.query('SELECT pid FROM pg_stat_activity');
    return new Map(rows.map(({ pid }) => [pid, cpuOf(pid)]));
  }

  async stop() {
    await this.#client?.end();
    await this.#server.stop();
  }

  async #isFull() {
    const { rows } = await this.#client.query('SELECT count(*)::int AS count FROM haven.records');
    return rows[0].count >= RECORDS;
  }
}

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU microseconds of a process so far; 0 where there is no /proc. */
export function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
  } catch {
    return 0;
  }
}

async function importAll(origin) {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${origin}/api/v1/collections`, { method: 'POST', headers, body: '{"name":"products"}' });
  const answer = await fetch(`${origin}/api/v1/collections/products/import?shape=record`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: ReadableStream.from(lines()),
    duplex: 'half',
  });
  const report = await answer.json();
  if (report.imported !== RECORDS) throw new Error(`The import failed: ${JSON.stringify(report)}`);
}

function* lines() {
  const encoder = new TextEncoder();
  for (let number = 0; number < RECORDS; number++) {
    yield encoder.encode(`${JSON.stringify({ id: recordId(number), data: document(number) })}\n`);
  }
}
