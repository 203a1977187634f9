import { Injectable } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';
import { toRfc3339, sendPipeline, tenantStatement } from '@haven/database';
import type { TextRow } from '@haven/database';

import { checkpointOf } from '../domain/checkpoint.js';
import type { Checkpoint } from '../domain/checkpoint.js';
import { MerkleTree } from '../domain/merkle-tree.js';
import { CHECKPOINT_COLUMNS, checkpointRow } from './checkpoint-rows.js';
import { MaintenanceScheduler } from './maintenance-scheduler.js';
import type { MaintenanceTask } from './maintenance-scheduler.js';

/** Maximum number of checkpoints created before other maintenance tasks run. */
const MAX_CHECKPOINTS_PER_RUN = 50;

/**
 * Creates checkpoints in the background: as soon as a tenant's feed has grown by `audit.checkpointEvents`, and at every
 * `audit.checkpointInterval` for the events since the previous checkpoint. If there are no new events, it creates none.
 */
@Injectable()
export class CheckpointMaker {
  private readonly newEvents = new Map<string, number>();
  private readonly full: MaintenanceTask = {
    name: 'Creating full checkpoints',
    run: (client, signal) => this.createFull(client, signal),
  };

  constructor(
    private readonly maintenance: MaintenanceScheduler,
    private readonly config: HavenConfig,
  ) {
    maintenance.add(this.full);
    maintenance.add({
      name: 'Creating checkpoints',
      intervalMs: config.audit.checkpointInterval,
      run: (client, signal) => this.createAll(client, signal),
    });
  }

  /** Records that events have entered a tenant's feed. */
  onEventsEntered(tenant: string, count: number): void {
    const total = (this.newEvents.get(tenant) ?? 0) + count;
    this.newEvents.set(tenant, total);
    if (total >= this.config.audit.checkpointEvents) this.maintenance.request(this.full);
  }

  private async createFull(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
    const { checkpointEvents } = this.config.audit;
    const tenants = [...this.newEvents].filter(([, count]) => count >= checkpointEvents).map(([tenant]) => tenant);
    return this.createFor(client, tenants, checkpointEvents, signal);
  }

  private async createAll(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
    const [rows = []] = await sendPipeline(client, [UNCHECKED]);
    return this.createFor(
      client,
      rows.map(([tenant]) => tenant ?? ''),
      1,
      signal,
    );
  }

  /** Creates checkpoints for the given tenants, each of which must cover at least `minEvents` events. */
  private async createFor(
    client: pg.Client,
    tenants: readonly string[],
    minEvents: number,
    signal: AbortSignal,
  ): Promise<'done' | 'more'> {
    let created = 0;
    for (const tenant of tenants) {
      this.newEvents.delete(tenant); // restart the count of new events
      for (;;) {
        if (signal.aborted) return 'done';
        if (created === MAX_CHECKPOINTS_PER_RUN) return this.postpone(tenant);
        const covered = await this.createNext(client, tenant, minEvents);
        created += 1;
        if (covered < this.config.audit.checkpointEvents) break;
      }
    }
    return 'done';
  }

  private postpone(tenant: string): 'more' {
    this.newEvents.set(tenant, this.config.audit.checkpointEvents);
    return 'more';
  }

  /**
   * Creates the next checkpoint and returns the number of events that it covers. If there are fewer than `minEvents`,
   * creates none and returns 0.
   */
  private async createNext(client: pg.Client, tenant: string, minEvents: number): Promise<number> {
    const [, latest = [], lines = [], now = []] = await sendPipeline(client, [
      tenantStatement(tenant),
      LATEST,
      { ...LINES, values: [this.config.audit.checkpointEvents] },
      NOW,
    ]);
    if (lines.length < minEvents) return 0;
    const checkpoint = nextCheckpoint(tenant, latest.map(checkpointRow)[0], lines, toRfc3339(now[0]?.[0] ?? ''));
    await sendPipeline(client, [tenantStatement(tenant), insertion(checkpoint)]);
    return lines.length;
  }
}

function nextCheckpoint(
  tenant: string,
  previous: Checkpoint | undefined,
  lines: readonly TextRow[],
  at: string,
): Checkpoint {
  const tree = new MerkleTree();
  for (const [, hash] of lines) tree.add(Buffer.from((hash ?? '').slice(2), 'hex'));
  return checkpointOf({
    tenant,
    number: (previous?.number ?? 0) + 1,
    firstSeq: Number(lines[0]?.[0]),
    lastSeq: Number(lines.at(-1)?.[0]),
    root: tree.root().toString('hex'),
    previous: previous?.hash ?? null,
    at,
  });
}

const UNCHECKED = { name: 'checkpoints.unchecked', text: 'SELECT tenant_id FROM haven.unchecked_feeds', values: [] };

const LATEST = {
  name: 'checkpoints.before',
  text: `SELECT ${CHECKPOINT_COLUMNS} FROM haven.checkpoints
         WHERE tenant_id = haven.current_tenant() ORDER BY number DESC LIMIT 1`,
  values: [],
};

const LINES = {
  name: 'checkpoints.lines',
  text: `SELECT seq, hash FROM haven.feed WHERE tenant_id = haven.current_tenant() AND seq > coalesce((
           SELECT last_seq FROM haven.checkpoints WHERE tenant_id = haven.current_tenant() ORDER BY number DESC LIMIT 1
         ), 0) ORDER BY seq LIMIT $1`,
};

const NOW = { name: 'now', text: 'SELECT now()::timestamptz(3)', values: [] };

/**
 * The statement that stores a checkpoint. For a short time, an old and a new leader may both run; the primary key then
 * lets only one of them store the next checkpoint.
 */
function insertion({ number, firstSeq, lastSeq, root, previous, hash, at }: Checkpoint) {
  return {
    name: 'checkpoints.make',
    text: `INSERT INTO haven.checkpoints (number, first_seq, last_seq, root, previous, hash, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    values: [number, firstSeq, lastSeq, bytes(root), previous && bytes(previous), bytes(hash), at],
  };
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
