import { Injectable } from '@nestjs/common';

import { ADVISORY_LOCKS, DatabaseCheck } from '@haven/database';
import { ComponentHealths } from '@haven/observability';
import type { ComponentHealth } from '@haven/observability';

import { ROUND_SIZE } from './sequencing-statements.js';

/** Reads whether a process holds the sequencer's lock, and how many events wait, up to the size of a round. */
const STATE = `
SELECT EXISTS (
  SELECT FROM pg_locks
  WHERE granted AND locktype = 'advisory' AND classid = 0 AND objid = ${ADVISORY_LOCKS.sequencer} AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS leader, (
  SELECT count(*)::int FROM (
    SELECT FROM haven.event_positions
    WHERE position > (SELECT watermark FROM haven.sequencer) AND NOT position <@ (SELECT done FROM haven.sequencer)
    LIMIT ${ROUND_SIZE}
  ) AS waiting
) AS waiting`;

/** Reports the feed to `/health`: whether a process leads, and how many events have not entered the feed yet. */
@Injectable()
export class FeedHealth {
  constructor(
    private readonly database: DatabaseCheck,
    components: ComponentHealths,
  ) {
    components.add('feed', () => this.report());
  }

  /** The feed is down if no process leads, or if more events wait than one round enters. */
  private async report(): Promise<ComponentHealth> {
    const [state] = await this.database.query<{ leader: boolean; waiting: number }>(STATE);
    const { leader, waiting } = state ?? { leader: false, waiting: 0 };
    return { status: leader && waiting < ROUND_SIZE ? 'up' : 'down', leader, waiting };
  }
}
