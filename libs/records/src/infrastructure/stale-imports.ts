import { Injectable } from '@nestjs/common';
import type pg from 'pg';

import { sendPipeline, tenantStatement } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';

import { forgetStatement, removeStatement } from './import-spool.pg.js';

/** An import whose process has given no sign of life for this time is removed. */
const MAX_SILENCE = '5 minutes';
const INTERVAL_MS = 60_000;
const CHUNK_SIZE = 10_000;

/** Number of chunks that may be removed in a row before other maintenance tasks run. */
const MAX_CHUNKS = 50;

/** Removes the lines of imports whose process has ended, in the process that is the leader. */
@Injectable()
export class StaleImports {
  constructor(maintenance: MaintenanceScheduler) {
    maintenance.add({ name: 'Removing abandoned imports', intervalMs: INTERVAL_MS, run: removeStale });
  }
}

async function removeStale(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
  const [stale = []] = await sendPipeline(client, [STALE]);
  let chunks = 0;
  for (const [tenant = '', id = ''] of stale as [string, string][]) {
    for (let count = CHUNK_SIZE; count === CHUNK_SIZE; chunks++) {
      if (signal.aborted) return 'done';
      if (chunks === MAX_CHUNKS) return 'more';
      const [, [row] = []] = await sendPipeline(client, [tenantStatement(tenant), removeStatement(id, CHUNK_SIZE)]);
      count = Number(row?.[0]);
    }
    await sendPipeline(client, [tenantStatement(tenant), forgetStatement(id)]);
  }
  return 'done';
}

const STALE = {
  name: 'import.stale',
  text: `SELECT tenant_id, id FROM haven.known_imports WHERE touched_at < now() - interval '${MAX_SILENCE}'`,
  values: [],
};
