import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';
import {
  ADVISORY_LOCKS,
  BackgroundTasks,
  DATABASE_ADDRESS,
  LeaderElection,
  PgPubSub,
  WakeableTimer,
} from '@haven/database';
import type { DatabaseAddress } from '@haven/database';
import { pause } from '@haven/kernel';

import { EVENTS_WRITTEN_CHANNEL } from '../domain/channels.js';
import { CheckpointMaker } from './checkpoint-maker.js';
import { FeedMetrics } from './feed-metrics.js';
import { SequencingRound } from './sequencing-round.js';
import { MaintenanceScheduler } from './maintenance-scheduler.js';

/**
 * Delay between two rounds. After a quiet period, the delay has already passed, so the first event does not wait.
 */
const ROUND_DELAY_MS = 25;

/**
 * Delay after a round that entered at least this number of events. A round has a fixed cost, that of about 15 events,
 * so it is worth waiting for more of them when they arrive at this rate.
 */
const BUSY_ROUND_DELAY_MS = 60;
const BUSY_ROUND_SIZE = 25;

/**
 * Interval of the rounds that run without a notification. They find the events of a process that died after its commit,
 * but before its notification.
 */
const POLL_INTERVAL_MS = 5_000;

/**
 * Assigns positions in the feed to events, in the order in which they become visible (ADR 16). Only one process at a
 * time, the leader, does this; it also runs the maintenance tasks.
 *
 * The sequencer of a process is in one of these states:
 *
 * - STANDBY: it waits for the leader's advisory lock. While no process leads, events are stored, but do not enter the
 *   feed.
 * - SEQUENCING: it has become the leader and runs a round: one transaction that enters all new events, or a limited
 *   number of them, in the feed. If there may be more, another round follows at once.
 * - PAUSING: it waits for a short time after the last round, so that the next one has more events.
 * - WAITING: it waits for a notification that events were written, or for the poll interval, then is SEQUENCING again.
 *   A notification that arrives during SEQUENCING or PAUSING ends the next WAITING at once.
 *
 * If a round fails or the connection that holds the lock is lost, the sequencer is in STANDBY again. The lock and the
 * rounds share that connection, so a process that is no longer the leader cannot write to the feed.
 */
@Injectable()
export class Sequencer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly election: LeaderElection;
  private isLeader = false;
  private readonly newEvents = new WakeableTimer();
  private stopListening: (() => void) | undefined;

  constructor(
    @Inject(DATABASE_ADDRESS) address: DatabaseAddress,
    config: HavenConfig,
    tasks: BackgroundTasks,
    private readonly pubSub: PgPubSub,
    private readonly maintenance: MaintenanceScheduler,
    private readonly checkpoints: CheckpointMaker,
    private readonly metrics: FeedMetrics,
  ) {
    this.election = new LeaderElection(tasks, address, config, {
      name: 'sequencer',
      failure: 'The sequencer failed and will be restarted',
      lock: ADVISORY_LOCKS.sequencer,
      lead: (client, signal) => this.lead(client, signal),
    });
  }

  /** Enters STANDBY. */
  async onApplicationBootstrap(): Promise<void> {
    this.stopListening = await this.pubSub.subscribe(EVENTS_WRITTEN_CHANNEL, () => this.newEvents.wake());
    this.election.start();
  }

  /** Notifies the leader, in this process or another one, that events were written. */
  written(): void {
    if (this.isLeader) this.newEvents.wake();
    else this.pubSub.publish(EVENTS_WRITTEN_CHANNEL);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopListening?.();
    await this.election.stop();
  }

  private async lead(client: pg.Client, signal: AbortSignal): Promise<void> {
    this.isLeader = true;
    let entered = 0;
    const round = new SequencingRound(client, (tenant, writtenAt) => {
      entered += writtenAt.length;
      this.checkpoints.onEventsEntered(tenant, writtenAt.length);
      this.metrics.onEventsEntered(tenant, writtenAt);
    });
    this.maintenance.start();
    try {
      while (!signal.aborted) {
        entered = 0;
        if ((await round.run()) === 'some') continue;
        await pause(entered < BUSY_ROUND_SIZE ? ROUND_DELAY_MS : BUSY_ROUND_DELAY_MS, signal);
        await this.newEvents.wait(POLL_INTERVAL_MS, signal); // returns at once if events were written during the round
      }
    } finally {
      this.isLeader = false;
      await this.maintenance.stop();
    }
  }
}
