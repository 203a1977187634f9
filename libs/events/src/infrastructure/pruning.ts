import { Injectable } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';
import { sendPipeline, tenantStatement } from '@haven/database';

import { MaintenanceScheduler } from './maintenance-scheduler.js';

/** Lines of the feed a transaction looks at, and how many such follow each other before other chores have their turn. */
const CHUNK = 500;
const TURN = 40;

/** Deletes the versions that collections no longer want kept, every `upkeep.interval`. */
@Injectable()
export class Pruning {
  constructor(maintenance: MaintenanceScheduler, { upkeep: { interval } }: HavenConfig) {
    maintenance.add({ name: 'Pruning old versions', intervalMs: interval, run: prune });
  }
}

async function prune(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
  const [collections = []] = await sendPipeline(client, [COLLECTIONS]);
  let left: 'done' | 'more' = 'done';
  const failures: unknown[] = []; // of one collection, which keep no other from its turn
  for (const [tenant, collection] of collections as [string, string][]) {
    try {
      if ((await pruneCollection(client, tenant, collection, signal)) === 'more') left = 'more';
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return left;
}

async function pruneCollection(
  client: pg.Client,
  tenant: string,
  collection: string,
  signal: AbortSignal,
): Promise<'done' | 'more'> {
  for (let chunk = 0; chunk < TURN; chunk++) {
    if (signal.aborted) return 'done';
    const statement = { name: 'history.prune', text: PRUNE, values: [collection, CHUNK] };
    const [, [row] = []] = await sendPipeline(client, [tenantStatement(tenant), statement]);
    if (row?.[0] !== 't') return 'done';
  }
  return 'more';
}

const COLLECTIONS = {
  name: 'history.collections',
  text: 'SELECT tenant_id, id FROM haven.pruned_collections',
  values: [],
};
const PRUNE = 'SELECT haven.prune_history($1, $2)';
