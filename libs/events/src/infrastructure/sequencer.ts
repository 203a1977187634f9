import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';

import { ADVISORY_LOCKS, DATABASE_ADDRESS, HavenConfig, Leadership, Log, Notices, pause } from '@haven/platform';
import type { DatabaseAddress } from '@haven/platform';

import { EVENTS_WRITTEN } from '../domain/channels.js';
import { CheckpointMaker } from './checkpoint-maker.js';
import { FeedMetrics } from './feed-metrics.js';
import { SequencingRound } from './sequencing-round.js';
import { Upkeep } from './upkeep.js';

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
export class Sequencer implements OnModuleDestroy {
  private readonly leadership: Leadership;
  private leads = false;
  private wake: () => void = () => undefined;
  private stopListening: (() => void) | undefined;

  constructor(
    @Inject(DATABASE_ADDRESS) address: DatabaseAddress,
    config: HavenConfig,
    private readonly notices: Notices,
    private readonly log: Log,
    private readonly upkeep: Upkeep,
    private readonly checkpoints: CheckpointMaker,
    private readonly metrics: FeedMetrics,
  ) {
    this.leadership = new Leadership(address, config, ADVISORY_LOCKS.sequencer);
  }

  /** Begins to wait for the lead; until somebody leads, nothing enters the feed. */
  async start(): Promise<void> {
    this.stopListening = await this.notices.listen(EVENTS_WRITTEN, () => this.wake());
    this.leadership.start((client, signal) => this.lead(client, signal));
  }

  /** Tells the leader that events were written: it alone has to know. */
  written(): void {
    if (this.leads) this.wake();
    else this.notices.announce(EVENTS_WRITTEN);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopListening?.();
    await this.leadership.stop();
  }

  private async lead(client: pg.Client, signal: AbortSignal): Promise<void> {
    this.leads = true;
    const round = new SequencingRound(client, (tenant, writtenAt) => {
      this.checkpoints.entered(tenant, writtenAt.length);
      this.metrics.entered(writtenAt);
    });
    const over = new AbortController();
    const upkeep = this.upkeep.lead(AbortSignal.any([over.signal, signal]));
    try {
      while (!signal.aborted) {
        const woken = this.news(signal); // from before the round: what is written during it is news again
        if ((await round.run()) === 'some') continue;
        await Promise.all([woken, pause(REST_MS, signal)]);
      }
    } catch (error) {
      if (!signal.aborted) this.log.warn(`The sequencer failed and starts over: ${String(error)}`, Sequencer.name);
    } finally {
      this.leads = false;
      this.wake = () => undefined;
      over.abort();
      await upkeep;
    }
  }

  /** Resolves when there is news, or none for long. */
  private async news(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    this.wake = () => {
      this.wake = () => undefined; // every write calls this, and aborting makes an exception even when it is of no more use
      over.abort();
    };
    await pause(UNASKED_MS, AbortSignal.any([over.signal, signal]));
  }
}
