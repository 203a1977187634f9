import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Client } from 'pg';

import { HavenConfig } from '@haven/config';
import {
  ADVISORY_LOCKS,
  dropIndexes,
  INDEX_LOAD,
  indexPrefix,
  LockWait,
  Owner,
  takeAdvisoryLock,
} from '@haven/database';
import type { IndexLoad } from '@haven/database';
import { Log } from '@haven/observability';
import { parseField } from '@haven/query';

import { indexCapacityProblem } from './index-capacity.js';
import { indexColumnsSql } from './query-sql.js';

interface DeclaredIndexes {
  id: number;
  /** Whether the collection or its tenant is deleted. */
  gone: boolean;
  indexes: { path: string; state: string }[];
}

/** Waiting time for the lock before it is logged, because another process may be building an index. */
const FIRST_REPORT_MS = 30_000;

/**
 * Creates the indexes that collections declare and drops those that they no longer declare. Works in the background and
 * does not block writers.
 */
@Injectable()
export class IndexBuilder implements OnApplicationBootstrap, OnApplicationShutdown {
  private work: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    private readonly owner: Owner,
    private readonly config: HavenConfig,
    private readonly log: Log,
  ) {}

  /** Completes indexes that an earlier process left unfinished. */
  onApplicationBootstrap(): void {
    this.align(null);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.work;
  }

  /**
   * Queues the creation and deletion of the indexes of one collection, or of all collections if `collectionId` is null.
   * Returns without waiting for the result.
   */
  align(collectionId: number | null): void {
    this.work = this.work
      .then(() => this.run(collectionId))
      .catch((error: unknown) => {
        if (this.stopping.signal.aborted) return; // another process completes the work, or the next start
        this.log.warn(`The declared indexes could not be built: ${String(error)}`, 'IndexBuilder');
      });
  }

  private async run(collectionId: number | null): Promise<void> {
    if (this.stopping.signal.aborted) return;
    await this.owner.run(async (client) => {
      await takeAdvisoryLock(client, ADVISORY_LOCKS.indexBuild, {
        signal: this.stopping.signal,
        wait: this.lockWait(),
      });
      const { rows } = await client.query<DeclaredIndexes>(
        `SELECT id, indexes, deleted_at IS NOT NULL OR EXISTS (
           SELECT FROM haven.tenants AS t WHERE t.id = c.tenant_id AND t.state = 'deleting'
         ) AS gone FROM haven.collections AS c WHERE $1::integer IS NULL OR id = $1`,
        [collectionId],
      );
      if (collectionId === null) await dropIndexes(client, await abandonedIndexes(client));
      for (const collection of rows) await this.alignOne(client, collection);
    });
  }

  private lockWait(): LockWait {
    return new LockWait({
      subject: 'The build of declared indexes',
      advice: '',
      timeout: Infinity,
      firstReport: FIRST_REPORT_MS,
      onWait: (message) => this.log.warn(message, 'IndexBuilder'),
    });
  }

  private async alignOne(client: Client, { id, gone, indexes }: DeclaredIndexes): Promise<void> {
    const wanted = new Map(gone ? [] : indexes.map((index) => [indexName(id, index.path), index]));
    const existing = await indexesOf(client, id);
    const surplus = [...existing].filter(([name, valid]) => !valid || !wanted.has(name)).map(([name]) => name);
    if (surplus.length > 0) await dropIndexes(client, surplus);
    for (const [name, { path, state }] of wanted) {
      if (this.stopping.signal.aborted) return;
      if (!existing.get(name)) await this.build(client, id, path);
      else if (state !== 'ready') await setState(client, id, path, 'ready');
    }
  }

  private async build(client: Client, id: number, path: string): Promise<void> {
    const { rows } = await client.query<IndexLoad>(INDEX_LOAD);
    const problem = rows[0] && indexCapacityProblem(rows[0], 1, this.config);
    if (problem != null) return this.fail(client, { id, path }, problem);
    try {
      await client.query(
        `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${indexName(id, path)} ON haven.records (${indexColumnsSql(parseField(path))}, id)
         WHERE collection_id = ${id} AND data IS NOT NULL`,
      );
      await setState(client, id, path, 'ready');
    } catch (error) {
      await this.fail(client, { id, path }, 'PostgreSQL could not build it; the log of Haven says why.', String(error));
    }
  }

  /** Stores why an index is not built, where clients can read it. The log can contain more details. */
  private async fail(
    client: Client,
    { id, path }: { id: number; path: string },
    problem: string,
    details = problem,
  ): Promise<void> {
    await setState(client, id, path, 'failed', problem);
    this.log.warn(
      `The index on ${JSON.stringify(path)} of collection ${id} could not be built: ${details}`,
      'IndexBuilder',
    );
  }
}

/** Returns the name of an index. It contains a hash of the path, because PostgreSQL limits names to 63 bytes. */
function indexName(id: number, path: string): string {
  return `${indexPrefix(id)}${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
}

async function indexesOf(client: Client, id: number): Promise<Map<string, boolean>> {
  const { rows } = await client.query<{ name: string; valid: boolean }>(
    `SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = 'haven.records'::regclass AND starts_with(c.relname, $1)`,
    [indexPrefix(id)],
  );
  return new Map(rows.map(({ name, valid }) => [name, valid]));
}

/** Returns the indexes of collections that no longer exist, because their tenant was removed. */
async function abandonedIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
     WHERE i.indrelid = 'haven.records'::regclass AND c.relname ~ '^records_c[0-9]+_' AND NOT EXISTS (
       SELECT FROM haven.collections AS k WHERE k.id = substring(c.relname from '^records_c([0-9]+)_')::integer)`,
  );
  return rows.map(({ name }) => name);
}

async function setState(client: Client, id: number, path: string, state: string, problem?: string): Promise<void> {
  const entry = problem === undefined ? { path, state } : { path, state, problem };
  await client.query(
    `UPDATE haven.collections SET indexes = (
       SELECT jsonb_agg(CASE WHEN entry->>'path' = $2 THEN $3::jsonb ELSE entry END)
       FROM jsonb_array_elements(indexes) AS entry)
     WHERE id = $1 AND jsonb_array_length(indexes) > 0`,
    [id, path, JSON.stringify(entry)],
  );
}
