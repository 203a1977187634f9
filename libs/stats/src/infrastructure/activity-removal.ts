import { Injectable } from '@nestjs/common';
import type pg from 'pg';

import { sendPipeline } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';

const INTERVAL_MS = 60_000;

/** Number of rows that one transaction deletes. */
const CHUNK = 1_000;
/** Number of transactions that may run in a row before other maintenance tasks get their turn. */
const MAX_CHUNKS = 50;

/** Deletes the minutes that the overview does not show any more, in the process that is the leader. */
@Injectable()
export class ActivityRemoval {
  constructor(maintenance: MaintenanceScheduler) {
    maintenance.add({ name: 'Deleting old counts of the overview', intervalMs: INTERVAL_MS, run: removeOldMinutes });
  }
}

async function removeOldMinutes(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    if (signal.aborted) return 'done';
    const [[row] = []] = await sendPipeline(client, [REMOVE]);
    if (Number(row?.[0]) < CHUNK) return 'done';
  }
  return 'more';
}

const REMOVE = {
  name: 'activity.remove',
  text: "SELECT haven.forget_activity(interval '61 minutes', $1)",
  values: [CHUNK],
};
