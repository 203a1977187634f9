import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { BackgroundTasks, Notices } from '@haven/database';
import type { BackgroundTask } from '@haven/database';
import { FEED_GREW } from '@haven/events';
import { pause } from '@haven/kernel';
import { Log } from '@haven/observability';

import { WEBHOOKS_CHANGED } from '../domain/channels.js';
import { LaneBoard } from '../domain/lane-board.js';
import type { KnownWebhook, WebhookName } from '../domain/lane-board.js';
import type { Lane } from './lane.js';
import { Lanes } from './lanes.js';
import { LaneLost } from './ledger.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** What was changed in one process is honoured in all within a second; what nobody was told of is found as soon. */
const LOOK_MS = 500;

/** The more lanes a process has, the longer it waits before it takes another, so that they spread over all processes. */
const SPREAD_MS = 1;
const SPREAD_MOST_MS = 20;

/** How often all webhooks are counted. */
const MEASURE_MS = 10_000;

/** A lane that has failed is left alone for so long. */
const REST_MS = 1_000;

/** A webhook this process works on, or is about to. */
interface Work {
  readonly revision: number;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
  lane?: Lane;
  /** There was news that no lane has seen to. */
  hasMissed?: boolean;
}

/** Works on the webhooks that have something to do, as far as no other process does. */
@Injectable()
export class Dispatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private known = new Map<string, KnownWebhook>();
  private byTenant = new Map<string, KnownWebhook[]>();
  private readonly working = new Map<string, Work>();
  private readonly stopListening: (() => void)[] = [];
  private stamp: string | undefined;
  private measuredAt = -Infinity;
  private readonly task: BackgroundTask;

  constructor(
    private readonly board: LaneBoard,
    private readonly lanes: Lanes,
    private readonly metrics: WebhookMetrics,
    private readonly notices: Notices,
    private readonly log: Log,
    tasks: BackgroundTasks,
  ) {
    this.task = tasks.create({
      name: 'webhook-dispatch',
      failure: 'Webhooks could not be looked at',
      interval: LOOK_MS,
      run: () => this.look(),
    });
  }

  /** From now on this process delivers. */
  async onApplicationBootstrap(): Promise<void> {
    this.stopListening.push(
      await this.notices.subscribe(FEED_GREW, (tenant) => this.grew(tenant)),
      await this.notices.subscribe(WEBHOOKS_CHANGED, () => this.task.wake()),
    );
    this.task.start();
  }

  async onModuleDestroy(): Promise<void> {
    for (const stop of this.stopListening) stop();
    this.stopping.abort();
    await this.task.stop();
    await Promise.all([...this.working.values()].map(({ ended }) => ended));
    await this.board.close();
  }

  private async look(): Promise<void> {
    await this.learn();
    for (const name of await this.board.work()) this.workOn(name);
    await this.measure();
  }

  private async measure(): Promise<void> {
    if (performance.now() < this.measuredAt + MEASURE_MS) return;
    this.measuredAt = performance.now();
    this.metrics.are(await this.board.totals());
  }

  /** Which webhooks there are; lanes of those that were changed end, and begin anew as they are now. */
  private async learn(): Promise<void> {
    const stamp = await this.board.stamp();
    if (stamp === this.stamp) return;
    const webhooks = await this.board.known();
    this.known = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    this.byTenant = Map.groupBy(webhooks, ({ tenantId }) => tenantId);
    for (const [id, work] of this.working) {
      const now = this.known.get(id);
      if (now?.isActive && now.revision === work.revision) continue;
      work.hasMissed = true;
      work.stopping.abort();
    }
    this.stamp = stamp;
  }

  private grew(tenant: string | undefined): void {
    if (tenant === undefined) return this.task.wake();
    for (const webhook of this.byTenant.get(tenant) ?? []) this.workOn(webhook);
  }

  private workOn(name: WebhookName): void {
    const working = this.working.get(name.id);
    if (working) {
      if (!working.lane?.news()) working.hasMissed = true;
      return;
    }
    const known = this.known.get(name.id);
    if (!known?.isActive || this.stopping.signal.aborted) return;
    const { revision } = known;
    const stopping = new AbortController();
    const work: Work = { revision, stopping, ended: this.tryLane(name, () => work).finally(() => this.over(name)) };
    this.working.set(name.id, work);
  }

  private over(name: WebhookName): void {
    const hasMissed = this.working.get(name.id)?.hasMissed;
    this.working.delete(name.id);
    if (hasMissed) this.workOn(name);
  }

  private async tryLane(name: WebhookName, work: () => Work): Promise<void> {
    await pause(Math.min(this.working.size * SPREAD_MS, SPREAD_MOST_MS), this.stopping.signal);
    try {
      const held = await this.board.hold(name.id);
      if (!held) return await pause(LOOK_MS, this.stopping.signal); // another process works on it
      try {
        await this.runLane(name, work(), held);
      } finally {
        await this.board.letGo(name.id);
      }
    } catch (error) {
      if (this.stopping.signal.aborted || error instanceof LaneLost) return;
      this.log.warn(`Webhook ${name.id} is tried again: ${String(error)}`, Dispatch.name);
      await pause(REST_MS, this.stopping.signal);
    }
  }

  private async runLane(name: WebhookName, work: Work, held: AbortSignal): Promise<void> {
    const lane = await this.lanes.open(name);
    if (!lane) return;
    work.lane = lane;
    const problem = await lane.run(AbortSignal.any([held, work.stopping.signal, this.stopping.signal]));
    if (problem !== undefined) await this.lanes.disable(name, problem);
  }
}
