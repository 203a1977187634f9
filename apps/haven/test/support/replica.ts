import { spawnSync } from 'node:child_process';
import { chown, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import pg from 'pg';
import { vi } from 'vitest';

import { EmbeddedPostgres } from '@haven/embedded-postgres';

import type { Cluster } from './cluster.js';
import { at } from './process.js';

const PATIENCE = { timeout: 60_000, interval: 20 };

/** Files that a running server writes next to its data. */
const NOT_DATA = ['attached', 'lock', 'run', 'postgres.log', 'postgres/postmaster.pid', 'postgres/postmaster.opts'];

/** A streaming replica of a cluster. */
export class TestReplica {
  private constructor(
    private readonly cluster: Cluster,
    private readonly dataDir: string,
    private server: EmbeddedPostgres,
  ) {}

  /**
   * Creates a replica from a base backup with PostgreSQL's low-level API. The embedded programs lack `pg_basebackup`.
   */
  static async start(cluster: Cluster): Promise<TestReplica> {
    const dataDir = `${cluster.dataDir}-replica`;
    await cluster.owner.query("SELECT pg_backup_start('replica', true)");
    // `cp` may fail for a file that was deleted in the meantime; the WAL has the deletion.
    spawnSync('cp', ['-a', cluster.dataDir, dataDir]);
    const { rows } = await cluster.owner.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    for (const each of NOT_DATA) await rm(join(dataDir, each), { recursive: true, force: true });
    await follow(cluster, join(dataDir, 'postgres'), rows[0]?.labelfile ?? '');
    return new TestReplica(cluster, dataDir, await EmbeddedPostgres.start({ dataDir }));
  }

  get url(): string {
    return at({ ...this.server.connection, database: 'haven' }).DATABASE_URL;
  }

  /** Waits until the replica has replayed everything that was written so far, and then stops its replay. */
  async pause(): Promise<void> {
    await this.caughtUp();
    await this.ask('SELECT pg_wal_replay_pause()');
    await vi.waitFor(async () => {
      expectPaused(await this.ask('SELECT pg_get_wal_replay_pause_state()'));
    }, PATIENCE);
  }

  async resume(): Promise<void> {
    await this.ask('SELECT pg_wal_replay_resume()');
    await this.caughtUp();
  }

  /** Kills the server, as if its machine had failed. */
  async kill(): Promise<void> {
    const [pid] = (await readFile(join(this.dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGKILL');
  }

  async restart(): Promise<void> {
    await this.server.stop();
    this.server = await EmbeddedPostgres.start({ dataDir: this.dataDir });
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private async caughtUp(): Promise<void> {
    const { rows } = await this.cluster.owner.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn() AS lsn');
    await vi.waitFor(async () => {
      const there = await this.ask(`SELECT pg_last_wal_replay_lsn() >= '${rows[0]?.lsn}'::pg_lsn`);
      if (there !== true) throw new Error('The replica has not caught up.');
    }, PATIENCE);
  }

  private async ask(sql: string): Promise<unknown> {
    const client = new pg.Client({ ...this.server.connection, database: 'haven' });
    await client.connect();
    try {
      const { rows } = await client.query<[unknown]>({ text: sql, rowMode: 'array' });
      return rows[0]?.[0];
    } finally {
      await client.end();
    }
  }
}

function expectPaused(state: unknown): void {
  if (state !== 'paused') throw new Error(`The replica is ${String(state)}.`);
}

async function follow(cluster: Cluster, data: string, label: string): Promise<void> {
  const primary = new URL(cluster.url()).searchParams;
  const conninfo = `host=${primary.get('host')} port=${primary.get('port')} user=${cluster.owner.user}`;
  const settings = join(data, 'postgresql.auto.conf');
  await writeFile(settings, `${await readFile(settings, 'utf8')}primary_conninfo = '${conninfo}'\n`);
  await writeFile(join(data, 'standby.signal'), '');
  await writeFile(join(data, 'backup_label'), label);
  const { uid, gid } = await stat(join(data, 'PG_VERSION')); // as root, the tests run PostgreSQL as another user
  for (const each of ['standby.signal', 'backup_label']) await chown(join(data, each), uid, gid);
}
