import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { BackgroundTasks, PgPubSub } from '@haven/database';
import type { BackgroundTask } from '@haven/database';
import { FEED_GREW_CHANNEL } from '@haven/events';
import { pause } from '@haven/kernel';
import { Log } from '@haven/observability';

import { WEBHOOKS_CHANGED_CHANNEL } from '../domain/channels.js';
import { WorkClaims } from '../domain/work-claims.js';
import type { EndpointSummary, EndpointKey } from '../domain/work-claims.js';
import type { EndpointWorker } from './endpoint-worker.js';
import { EndpointWorkerFactory } from './endpoint-worker-factory.js';
import { ClaimLost } from './delivery-recorder.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** What was changed in one process is honoured in all within a second; what nobody was told of is found as soon. */
const POLL_MS = 500;

/** The more lanes a process has, the longer it waits before it takes another, so that they spread over all processes. */
const SPREAD_MS = 1;
const MAX_SPREAD_MS = 20;

/** How often all webhooks are counted. */
const MEASURE_MS = 10_000;

/** A lane that has failed is left alone for so long. */
const RETRY_MS = 1_000;

/** A webhook this process works on, or is about to. */
interface RunningWorker {
  readonly revision: number;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
  worker?: EndpointWorker;
  /** There was news that no lane has seen to. */
  needsRestart?: boolean;
}

/** Works on the webhooks that have something to do, as far as no other process does. */
@Injectable()
export class DeliveryDispatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private endpoints = new Map<string, EndpointSummary>();
  private byTenant = new Map<string, EndpointSummary[]>();
  private readonly running = new Map<string, RunningWorker>();
  private readonly stopListening: (() => void)[] = [];
  private revision: string | undefined;
  private measuredAt = -Infinity;
  private readonly task: BackgroundTask;

  constructor(
    private readonly claims: WorkClaims,
    private readonly workers: EndpointWorkerFactory,
    private readonly metrics: WebhookMetrics,
    private readonly pubSub: PgPubSub,
    private readonly log: Log,
    tasks: BackgroundTasks,
  ) {
    this.task = tasks.create({
      name: 'webhook-dispatch',
      failure: 'Webhooks could not be looked at',
      interval: POLL_MS,
      run: () => this.poll(),
    });
  }

  /** From now on this process delivers. */
  async onApplicationBootstrap(): Promise<void> {
    this.stopListening.push(
      await this.pubSub.subscribe(FEED_GREW_CHANNEL, (tenant) => this.onFeedGrew(tenant)),
      await this.pubSub.subscribe(WEBHOOKS_CHANGED_CHANNEL, () => this.task.wake()),
    );
    this.task.start();
  }

  async onModuleDestroy(): Promise<void> {
    for (const stop of this.stopListening) stop();
    this.stopping.abort();
    await this.task.stop();
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
    await this.claims.close();
  }

  private async poll(): Promise<void> {
    await this.refreshEndpoints();
    for (const name of await this.claims.endpointsWithWork()) this.startWorker(name);
    await this.measure();
  }

  private async measure(): Promise<void> {
    if (performance.now() < this.measuredAt + MEASURE_MS) return;
    this.measuredAt = performance.now();
    this.metrics.are(await this.claims.totals());
  }

  /** Which webhooks there are; lanes of those that were changed end, and begin anew as they are now. */
  private async refreshEndpoints(): Promise<void> {
    const stamp = await this.claims.revision();
    if (stamp === this.revision) return;
    const webhooks = await this.claims.endpoints();
    this.endpoints = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    this.byTenant = Map.groupBy(webhooks, ({ tenantId }) => tenantId);
    for (const [id, work] of this.running) {
      const now = this.endpoints.get(id);
      if (now?.isActive && now.revision === work.revision) continue;
      work.needsRestart = true;
      work.stopping.abort();
    }
    this.revision = stamp;
  }

  private onFeedGrew(tenant: string | undefined): void {
    if (tenant === undefined) return this.task.wake();
    for (const webhook of this.byTenant.get(tenant) ?? []) this.startWorker(webhook);
  }

  private startWorker(key: EndpointKey): void {
    const working = this.running.get(key.id);
    if (working) {
      if (!working.worker?.notify()) working.needsRestart = true;
      return;
    }
    const known = this.endpoints.get(key.id);
    if (!known?.isActive || this.stopping.signal.aborted) return;
    const { revision } = known;
    const stopping = new AbortController();
    const running: RunningWorker = {
      revision,
      stopping,
      ended: this.claimAndRun(key, () => running).finally(() => this.onWorkerEnded(key)),
    };
    this.running.set(key.id, running);
  }

  private onWorkerEnded(key: EndpointKey): void {
    const hasMissed = this.running.get(key.id)?.needsRestart;
    this.running.delete(key.id);
    if (hasMissed) this.startWorker(key);
  }

  private async claimAndRun(key: EndpointKey, work: () => RunningWorker): Promise<void> {
    await pause(Math.min(this.running.size * SPREAD_MS, MAX_SPREAD_MS), this.stopping.signal);
    try {
      const held = await this.claims.claim(key.id);
      if (!held) return await pause(POLL_MS, this.stopping.signal); // another process works on it
      try {
        await this.runWorker(key, work(), held);
      } finally {
        await this.claims.release(key.id);
      }
    } catch (error) {
      if (this.stopping.signal.aborted || error instanceof ClaimLost) return;
      this.log.warn(`Webhook ${key.id} is tried again: ${String(error)}`, DeliveryDispatcher.name);
      await pause(RETRY_MS, this.stopping.signal);
    }
  }

  private async runWorker(key: EndpointKey, running: RunningWorker, held: AbortSignal): Promise<void> {
    const lane = await this.workers.create(key);
    if (!lane) return;
    running.worker = lane;
    const problem = await lane.run(AbortSignal.any([held, running.stopping.signal, this.stopping.signal]));
    if (problem !== undefined) await this.workers.disable(key, problem);
  }
}
