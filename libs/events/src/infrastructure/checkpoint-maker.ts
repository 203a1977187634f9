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

/** How many checkpoints are made before other chores have their turn. */
const TURN = 50;

/**
 * Makes checkpoints, away from whoever writes: as soon as a tenant's feed has grown by `audit.checkpointEvents`, and every
 * `audit.checkpointInterval` of what has come since. Where nothing has come, none is made.
 */
@Injectable()
export class CheckpointMaker {
  private readonly grown = new Map<string, number>();
  private readonly full: MaintenanceTask = {
    name: 'Making full checkpoints',
    run: (client, signal) => this.checkFull(client, signal),
  };

  constructor(
    private readonly maintenance: MaintenanceScheduler,
    private readonly config: HavenConfig,
  ) {
    maintenance.add(this.full);
    maintenance.add({
      name: 'Making checkpoints',
      intervalMs: config.audit.checkpointInterval,
      run: (client, signal) => this.checkAll(client, signal),
    });
  }

  /** So many events have entered a tenant's feed. */
  entered(tenant: string, count: number): void {
    const grown = (this.grown.get(tenant) ?? 0) + count;
    this.grown.set(tenant, grown);
    if (grown >= this.config.audit.checkpointEvents) this.maintenance.request(this.full);
  }

  private async checkFull(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
    const { checkpointEvents } = this.config.audit;
    const tenants = [...this.grown].filter(([, count]) => count >= checkpointEvents).map(([tenant]) => tenant);
    return this.check(client, tenants, checkpointEvents, signal);
  }

  private async checkAll(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
    const [rows = []] = await sendPipeline(client, [UNCHECKED]);
    return this.check(
      client,
      rows.map(([tenant]) => tenant ?? ''),
      1,
      signal,
    );
  }

  /** Checkpoints of at least so many events for each of the tenants. */
  private async check(
    client: pg.Client,
    tenants: readonly string[],
    least: number,
    signal: AbortSignal,
  ): Promise<'done' | 'more'> {
    let made = 0;
    for (const tenant of tenants) {
      this.grown.delete(tenant); // what comes from here on is counted anew
      for (;;) {
        if (signal.aborted) return 'done';
        if (made === TURN) return this.later(tenant);
        const covered = await this.make(client, tenant, least);
        made += 1;
        if (covered < this.config.audit.checkpointEvents) break;
      }
    }
    return 'done';
  }

  private later(tenant: string): 'more' {
    this.grown.set(tenant, this.config.audit.checkpointEvents);
    return 'more';
  }

  /** Answers how many events the checkpoint covers; none is made of fewer than `least`. */
  private async make(client: pg.Client, tenant: string, least: number): Promise<number> {
    const [, latest = [], lines = [], now = []] = await sendPipeline(client, [
      tenantStatement(tenant),
      LATEST,
      { ...LINES, values: [this.config.audit.checkpointEvents] },
      NOW,
    ]);
    if (lines.length < least) return 0;
    const checkpoint = nextCheckpoint(tenant, latest.map(checkpointRow)[0], lines, toRfc3339(now[0]?.[0] ?? ''));
    await sendPipeline(client, [tenantStatement(tenant), insertion(checkpoint)]);
    return lines.length;
  }
}

function nextCheckpoint(
  tenant: string,
  before: Checkpoint | undefined,
  lines: readonly TextRow[],
  at: string,
): Checkpoint {
  const tree = new MerkleTree();
  for (const [, hash] of lines) tree.add(Buffer.from((hash ?? '').slice(2), 'hex'));
  return checkpointOf({
    tenant,
    number: (before?.number ?? 0) + 1,
    firstSeq: Number(lines[0]?.[0]),
    lastSeq: Number(lines.at(-1)?.[0]),
    root: tree.root().toString('hex'),
    previous: before?.hash ?? null,
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

/** Of two leaders, one dying and one new, the key lets one alone make the next. */
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
