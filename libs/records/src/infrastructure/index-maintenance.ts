import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type pg from 'pg';

import { INDEX_BUILDS_CHANNEL } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { PgPubSub } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';
import type { MaintenanceTask } from '@haven/events';
import { sqlState } from '@haven/kernel';
import { Log } from '@haven/observability';

import { dropBatch } from './index-drop.js';
import { fillBatch } from './index-fill.js';
import type { BatchResult, IndexWork } from './index-work.js';
import { restartSearches } from './search-restart.js';

/** Interval at which the work is read, because a notification may be lost, and rows may no longer be locked. */
const INTERVAL_MS = 1_000;

/** Time after which other maintenance tasks run. */
const TURN_MS = 500;

/**
 * Fills the indexes and searches that collections declare and drops those that they no longer declare, in the process
 * that is the leader. Work is done in batches, one for each tenant in turn, so that a large collection does not delay
 * the indexes of other tenants. Each batch is a transaction that stores its progress, so that another leader can
 * continue.
 */
@Injectable()
export class IndexMaintenance implements OnModuleInit, OnModuleDestroy {
  private readonly task: MaintenanceTask = {
    name: 'Building indexes',
    intervalMs: INTERVAL_MS,
    run: (client, signal) => this.run(client, signal),
  };
  private stopListening: (() => void) | undefined;
  /** The connection on which outdated searches were restarted: another PostgreSQL needs another connection. */
  private checked: pg.Client | undefined;
  /** The tenant that had the last turn. */
  private last = '';

  constructor(
    private readonly maintenance: MaintenanceScheduler,
    private readonly pubSub: PgPubSub,
    private readonly config: HavenConfig,
    private readonly log: Log,
  ) {
    maintenance.add(this.task);
  }

  async onModuleInit(): Promise<void> {
    this.stopListening = await this.pubSub.subscribe(INDEX_BUILDS_CHANNEL, () => this.maintenance.request(this.task));
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }

  /** Gives each tenant that has work one turn, or as many tenants as there is time for. */
  private async run(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
    const until = performance.now() + TURN_MS;
    if (this.checked !== client && (await restartSearches(client))) this.checked = client;
    const { rows } = await client.query<IndexWork>(PENDING);
    const byTenant = Map.groupBy(rows, ({ tenant }) => tenant);
    const tenants = [...byTenant.keys()];
    const next = Math.max(
      0,
      tenants.findIndex((tenant) => tenant > this.last),
    );
    let left: 'done' | 'more' = 'done';
    for (const tenant of [...tenants.slice(next), ...tenants.slice(0, next)]) {
      if (signal.aborted) return 'done';
      if (performance.now() > until) return 'more';
      this.last = tenant;
      if (await this.turn(client, byTenant.get(tenant) ?? [])) left = 'more';
    }
    return left;
  }

  /** Does a batch of the first work that does not have to wait for locks. Returns false if there is none. */
  private async turn(client: pg.Client, works: readonly IndexWork[]): Promise<boolean> {
    for (const work of works) {
      const result = await this.advance(client, work).catch((error: unknown) => this.retryLater(error, work));
      if (result !== 'blocked') return true;
    }
    return false;
  }

  private advance(client: pg.Client, work: IndexWork): Promise<BatchResult> {
    if (work.task === 'drop') return dropBatch(client, work);
    const { keysPerRecord } = this.config.limits;
    return fillBatch(client, work, keysPerRecord, (message) => this.log.warn(message, 'IndexMaintenance'));
  }

  /** Returns `blocked` if a batch was cancelled by the statement timeout, so that it does not delay other indexes. */
  private retryLater(error: unknown, { collection, index }: IndexWork): BatchResult {
    if (sqlState(error) !== QUERY_CANCELED) throw error;
    const message = `A batch of index ${index} of collection ${collection} exceeded the statement timeout and is retried.`;
    this.log.warn(message, 'IndexMaintenance');
    return 'blocked';
  }
}

const QUERY_CANCELED = '57014';

/** Selects the work of all tenants. Indexes are filled before others are dropped, because clients wait for them. */
const PENDING = `
SELECT tenant_id AS tenant, collection_id AS collection, index_id AS index, task FROM haven.pending_index_builds
ORDER BY tenant_id, task DESC, created_at, index_id`;
