import { Injectable } from '@nestjs/common';

import { ComponentHealths } from '@haven/observability';
import type { ComponentHealth } from '@haven/observability';

import { STALLED_AFTER_MS } from '../domain/feed-progress.js';
import { FeedWatch } from './feed-watch.js';
import type { FeedState } from './feed-watch.js';
import { ROUND_SIZE } from './sequencing-statements.js';

/** Reports the feed to `/health`: whether a process leads, how many events wait, and whether the feed progresses. */
@Injectable()
export class FeedHealth {
  constructor(
    private readonly watch: FeedWatch,
    components: ComponentHealths,
  ) {
    components.add('feed', () => this.report());
  }

  /** The feed is down if no process leads, if events do not enter it, or if more wait than one round enters. */
  private async report(): Promise<ComponentHealth> {
    const { lock, waiting, stalledMs } = await this.watch.check();
    const message = problemOf({ lock, waiting, stalledMs });
    const isUp = message === undefined && waiting < ROUND_SIZE;
    return {
      status: isUp ? 'up' : 'down',
      leader: lock === 'haven',
      waiting,
      stalledSeconds: Math.round(stalledMs / 1_000),
      ...(message !== undefined && { message }),
    };
  }
}

/** Returns what is wrong as a sentence without names; the log contains them. */
function problemOf({ lock, stalledMs }: FeedState): string | undefined {
  if (lock === 'other') return "A session that is not Haven holds the leader's lock.";
  if (lock === 'free') return 'No process is the leader.';
  return stalledMs >= STALLED_AFTER_MS ? 'The leader enters no events in the feed.' : undefined;
}
