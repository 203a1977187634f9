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
 * So long the sequencer rests after a round. Most of what a round costs it costs once, so under load each is to take many
 * events; the first of a quiet time finds it rested.
 */
const REST_MS = 25;

/** How often the leader looks unasked: for the events of a process that died between its commit and its announcement. */
const UNASKED_MS = 5_000;

/**
 * Gives events their place: the one process that leads looks, whenever it hears that events were written, which ones have
 * become visible, and enters them in the feed (ADR 16). It does the upkeep as well.
 */
@Injectable()
export class Sequencer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly election: LeaderElection;
  private leads = false;
  private readonly news = new WakeableTimer();
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
      failure: 'The sequencer failed and starts over',
      lock: ADVISORY_LOCKS.sequencer,
      lead: (client, signal) => this.lead(client, signal),
    });
  }

  /** Begins to wait for the lead; until somebody leads, nothing enters the feed. */
  async onApplicationBootstrap(): Promise<void> {
    this.stopListening = await this.pubSub.subscribe(EVENTS_WRITTEN_CHANNEL, () => this.news.wake());
    this.election.start();
  }

  /** Tells the leader that events were written: it alone has to know. */
  written(): void {
    if (this.leads) this.news.wake();
    else this.pubSub.publish(EVENTS_WRITTEN_CHANNEL);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopListening?.();
    await this.election.stop();
  }

  private async lead(client: pg.Client, signal: AbortSignal): Promise<void> {
    this.leads = true;
    const round = new SequencingRound(client, (tenant, writtenAt) => {
      this.checkpoints.entered(tenant, writtenAt.length);
      this.metrics.entered(writtenAt);
    });
    this.maintenance.start();
    try {
      while (!signal.aborted) {
        if ((await round.run()) === 'some') continue;
        await pause(REST_MS, signal);
        await this.news.wait(UNASKED_MS, signal); // what is written during the round is news again
      }
    } finally {
      this.leads = false;
      await this.maintenance.stop();
    }
  }
}
