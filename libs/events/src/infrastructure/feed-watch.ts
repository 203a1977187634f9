import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';

import {
  ADVISORY_LOCKS,
  BackgroundTasks,
  DatabaseCheck,
  describeHolders,
  LockInspector,
  terminationOf,
} from '@haven/database';
import type { BackgroundTask } from '@haven/database';
import { Log, Metrics, observableGauge } from '@haven/observability';

import { FeedProgress, STALLED_AFTER_MS } from '../domain/feed-progress.js';
import { WAITING_EVENTS } from './sequencing-statements.js';

/** Interval of the checks in milliseconds while no events wait, and while some do. */
const IDLE_INTERVAL_MS = 5_000;
const INTERVAL_MS = 2_000;

/** Minimum time between two log lines about the same stall. */
const REPORT_INTERVAL_MS = 60_000;

/** Start of the application name of the connection on which a process is the leader; that of the URL may follow. */
const LEADER_APPLICATION = 'haven-leader';

const STALLED = observableGauge('gauge', 'haven.feed.stalled', {
  unit: 's',
  description:
    'Time for which events have waited while none entered the feed, because no process is the leader or the leader does ' +
    'not work. 0 while the feed progresses. Every process measures it.',
});

/**
 * Reads who holds the sequencer's lock, how many events wait, up to the size of a round, and the lowest position of
 * these.
 */
const STATE = `
SELECT (
  SELECT coalesce(starts_with(a.application_name, '${LEADER_APPLICATION}'), false)
  FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
  WHERE l.granted AND l.locktype = 'advisory' AND l.classid = 0 AND l.objid = ${ADVISORY_LOCKS.sequencer} AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  LIMIT 1
) AS "isHaven", count(*)::int AS waiting, min(position) AS lowest FROM (${WAITING_EVENTS}) AS waiting`;

/** The state of the feed. */
export interface FeedState {
  /** The holder of the leader's lock: a process of Haven, another session, or nobody. */
  readonly lock: 'haven' | 'other' | 'free';
  /** Number of events that have not entered the feed, up to the size of a round. */
  readonly waiting: number;
  /** Milliseconds for which events have waited while none entered the feed. */
  readonly stalledMs: number;
}

/** Observes in every process whether events enter the feed, because the leader may be unable to report anything. */
@Injectable()
export class FeedWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** The clock, in milliseconds. Tests move it. */
  now = (): number => performance.now();
  private readonly progress = new FeedProgress();
  private readonly task: BackgroundTask;
  private reportedAt: number | undefined;

  constructor(
    private readonly database: DatabaseCheck,
    private readonly locks: LockInspector,
    private readonly log: Log,
    metrics: Metrics,
    tasks: BackgroundTasks,
  ) {
    metrics.observe(STALLED, () => [[this.progress.stalledFor(this.now()) / 1_000]]);
    this.task = tasks.create({
      name: 'feed-check',
      failure: 'Whether events enter the feed could not be checked',
      interval: IDLE_INTERVAL_MS,
      run: () => this.run(),
    });
  }

  onApplicationBootstrap(): void {
    this.task.start(INTERVAL_MS);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** Reads the state. Logs a feed that has been stalled for ten seconds, at most once a minute, and its recovery. */
  async check(): Promise<FeedState> {
    const [row] = await this.database.query<{ isHaven: boolean | null; waiting: number; lowest: string | null }>(STATE);
    const { isHaven = null, waiting = 0, lowest = null } = row ?? {};
    const now = this.now();
    this.progress.observe(lowest === null ? undefined : BigInt(lowest), now);
    const stalledMs = this.progress.stalledFor(now);
    const isStalled = stalledMs >= STALLED_AFTER_MS;
    if (isStalled && now - (this.reportedAt ?? -Infinity) >= REPORT_INTERVAL_MS) {
      this.reportedAt = now;
      await this.reportStall(stalledMs);
    }
    if (!isStalled && this.reportedAt !== undefined) {
      this.reportedAt = undefined;
      this.log.warn('Events enter the feed again.', FeedWatch.name);
    }
    return { lock: isHaven === null ? 'free' : isHaven ? 'haven' : 'other', waiting, stalledMs };
  }

  /** Returns the delay before the next check. */
  private async run(): Promise<number> {
    try {
      return (await this.check()).waiting > 0 ? INTERVAL_MS : IDLE_INTERVAL_MS;
    } catch {
      // The database does not respond, which the write check reports. Whether the feed progresses is unknown.
      this.progress.observe(undefined, this.now());
      return IDLE_INTERVAL_MS;
    }
  }

  private async reportStall(stalledMs: number): Promise<void> {
    const holders = await this.locks.holdersOf(ADVISORY_LOCKS.sequencer);
    this.log.error(
      `Events have waited for ${Math.round(stalledMs / 1_000)} s, and none has entered the feed, so streams and webhooks ` +
        `get no changes. ${stallCause(holders)}`,
      FeedWatch.name,
    );
  }
}

function stallCause(holders: Awaited<ReturnType<LockInspector['holdersOf']>>): string {
  if (holders.length === 0) {
    return 'No process is the leader; earlier messages of the sequencer say why this one is not.';
  }
  const by = describeHolders(holders);
  if (holders.some(({ application }) => application?.startsWith(LEADER_APPLICATION))) {
    return `The leader is ${by}, and does not work: restart that process of Haven.`;
  }
  return `The leader's lock is held by ${by}, which is not Haven. End that session: ${terminationOf(holders)}`;
}
