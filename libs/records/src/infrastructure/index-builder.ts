import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Client } from 'pg';

import { ADVISORY_LOCKS, Owner, takeAdvisoryLock } from '@haven/database';
import { Log } from '@haven/observability';
import { parseField } from '@haven/query';

import { indexColumnsSql } from './query-sql.js';

interface DeclaredIndexes {
  id: number;
  deleted_at: Date | null;
  indexes: { path: string; state: string }[];
}

/**
 * Creates the indexes that collections declare and drops those that they no longer declare. Works in the background and
 * does not block writers.
 */
@Injectable()
export class IndexBuilder implements OnApplicationBootstrap, OnApplicationShutdown {
  private work: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly owner: Owner,
    private readonly log: Log,
  ) {}

  /** Completes indexes that an earlier process left unfinished. */
  onApplicationBootstrap(): void {
    this.align(null);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.work;
  }

  /**
   * Queues the creation and deletion of the indexes of one collection, or of all collections if `collectionId` is null.
   * Returns without waiting for the result.
   */
  align(collectionId: number | null): void {
    this.work = this.work
      .then(() => this.run(collectionId))
      .catch((error: unknown) =>
        this.log.warn(`The declared indexes could not be built: ${String(error)}`, 'IndexBuilder'),
      );
  }

  private async run(collectionId: number | null): Promise<void> {
    if (this.stopped) return;
    await this.owner.run(async (client) => {
      await takeAdvisoryLock(client, ADVISORY_LOCKS.indexBuild);
      const { rows } = await client.query<DeclaredIndexes>(
        'SELECT id, deleted_at, indexes FROM haven.collections WHERE $1::integer IS NULL OR id = $1',
        [collectionId],
      );
      for (const collection of rows) await this.alignOne(client, collection);
    });
  }

  private async alignOne(client: Client, { id, deleted_at: deletedAt, indexes }: DeclaredIndexes): Promise<void> {
    const wanted = new Map(deletedAt ? [] : indexes.map((index) => [indexName(id, index.path), index]));
    const existing = await indexesOf(client, id);
    for (const [name, valid] of existing) {
      if (!valid || !wanted.has(name)) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS haven.${name}`);
    }
    for (const [name, { path, state }] of wanted) {
      if (this.stopped) return;
      if (!existing.get(name)) await this.build(client, id, path);
      else if (state !== 'ready') await setState(client, id, path, 'ready');
    }
  }

  private async build(client: Client, id: number, path: string): Promise<void> {
    try {
      await client.query(
        `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${indexName(id, path)} ON haven.records (${indexColumnsSql(parseField(path))}, id)
         WHERE collection_id = ${id} AND data IS NOT NULL`,
      );
      await setState(client, id, path, 'ready');
    } catch (error) {
      await setState(client, id, path, 'failed');
      this.log.warn(
        `The index on ${JSON.stringify(path)} of collection ${id} could not be built: ${String(error)}`,
        'IndexBuilder',
      );
    }
  }
}

/** Returns the name of an index. It contains a hash of the path, because PostgreSQL limits names to 63 bytes. */
function indexName(id: number, path: string): string {
  return `records_c${id}_${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
}

async function indexesOf(client: Client, id: number): Promise<Map<string, boolean>> {
  const { rows } = await client.query<{ name: string; valid: boolean }>(
    `SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = 'haven.records'::regclass AND starts_with(c.relname, $1)`,
    [`records_c${id}_`],
  );
  return new Map(rows.map(({ name, valid }) => [name, valid]));
}

async function setState(client: Client, id: number, path: string, state: string): Promise<void> {
  await client.query(
    `UPDATE haven.collections SET indexes = (
       SELECT jsonb_agg(CASE WHEN entry->>'path' = $2 THEN jsonb_set(entry, '{state}', to_jsonb($3::text)) ELSE entry END)
       FROM jsonb_array_elements(indexes) AS entry)
     WHERE id = $1 AND jsonb_array_length(indexes) > 0`,
    [id, path, state],
  );
}
