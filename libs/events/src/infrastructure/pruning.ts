import { Injectable } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';
import { sendPipeline, tenantStatement } from '@haven/database';

import { MaintenanceScheduler } from './maintenance-scheduler.js';

/** Number of feed entries that one transaction processes. */
const CHUNK_SIZE = 500;

/** Maximum number of transactions per collection before other maintenance tasks run. */
const MAX_CHUNKS = 40;

/** Deletes versions beyond the retention of their collections, every `upkeep.interval`. */
@Injectable()
export class Pruning {
  constructor(maintenance: MaintenanceScheduler, { upkeep: { interval } }: HavenConfig) {
    maintenance.add({ name: 'Pruning old versions', intervalMs: interval, run: prune });
  }
}

async function prune(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
  const [collections = []] = await sendPipeline(client, [COLLECTIONS]);
  let outcome: 'done' | 'more' = 'done';
  const failures: unknown[] = []; // the failure of one collection does not prevent the pruning of others
  for (const [tenant, collection] of collections as [string, string][]) {
    try {
      if ((await pruneCollection(client, tenant, collection, signal)) === 'more') outcome = 'more';
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return outcome;
}

async function pruneCollection(
  client: pg.Client,
  tenant: string,
  collection: string,
  signal: AbortSignal,
): Promise<'done' | 'more'> {
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    if (signal.aborted) return 'done';
    const statement = { name: 'history.prune', text: PRUNE, values: [collection, CHUNK_SIZE] };
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
