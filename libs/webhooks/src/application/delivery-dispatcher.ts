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

/** Delay between polls. They find changes to webhooks, and work that no notification announced, within a second. */
const POLL_MS = 500;

/**
 * Delay before a claim, multiplied by the number of endpoints that this process already works on. Processes with fewer
 * endpoints therefore claim first, which spreads the endpoints over the processes.
 */
const CLAIM_DELAY_MS = 1;
const MAX_CLAIM_DELAY_MS = 20;

/** Interval between reads of the totals for metrics. */
const METRICS_INTERVAL_MS = 10_000;

/** Delay before a worker that has failed is started again. */
const RETRY_MS = 1_000;

/** An endpoint that is CLAIMING, RUNNING or STOPPING. */
interface RunningWorker {
  readonly revision: number;
  readonly stopping: AbortController;
  /** Resolves when the endpoint is IDLE again. */
  readonly ended: Promise<void>;
  /** Set once the endpoint is RUNNING. */
  worker?: EndpointWorker;
  /** Whether work, or a change to the webhook, arrived that the worker will not process. */
  needsRestart?: boolean;
}

/**
 * Runs an {@link EndpointWorker} for each endpoint that has work, unless another process does. Every process has one
 * dispatcher. It polls twice a second for changed webhooks and for endpoints with work, and it is notified when a feed
 * has grown or webhooks were changed, so that work starts at once.
 *
 * In a process, each endpoint is in one of these states:
 *
 * - IDLE: it has no entry in `running`. `startWorker` makes it CLAIMING, if the webhook is active.
 * - CLAIMING: after a short delay, the dispatcher asks for the claim, an advisory lock. If another process has it, the
 *   endpoint is IDLE again after the poll interval.
 * - RUNNING: the claim is held and the worker delivers. It ends by itself when it has nothing to do.
 * - STOPPING: the webhook was changed, the claim was lost, or the process stops. The worker ends, the claim is
 *   released, and the endpoint is IDLE again. If the worker found that the endpoint keeps failing, the webhook is
 *   disabled first.
 *
 * Work or a change that arrives when the worker cannot process it sets `needsRestart`: the endpoint then becomes
 * CLAIMING again as soon as it is IDLE. A worker that fails is logged and started again after a second.
 */
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
      failure: 'Polling for webhooks with work failed',
      interval: POLL_MS,
      run: () => this.poll(),
    });
  }

  /** Starts delivery in this process. */
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
    for (const key of await this.claims.endpointsWithWork()) this.startWorker(key);
    await this.updateMetrics();
  }

  private async updateMetrics(): Promise<void> {
    if (performance.now() < this.measuredAt + METRICS_INTERVAL_MS) return;
    this.measuredAt = performance.now();
    this.metrics.setTotals(await this.claims.totals());
  }

  /** Reloads the webhooks if any were changed, and restarts the workers of those that were. */
  private async refreshEndpoints(): Promise<void> {
    const revision = await this.claims.revision();
    if (revision === this.revision) return;
    const webhooks = await this.claims.endpoints();
    this.endpoints = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    this.byTenant = Map.groupBy(webhooks, ({ tenantId }) => tenantId);
    for (const [id, running] of this.running) {
      const current = this.endpoints.get(id);
      if (current?.isActive && current.revision === running.revision) continue;
      running.needsRestart = true;
      running.stopping.abort();
    }
    this.revision = revision;
  }

  private onFeedGrew(tenant: string | undefined): void {
    if (tenant === undefined) return this.task.wake();
    for (const webhook of this.byTenant.get(tenant) ?? []) this.startWorker(webhook);
  }

  private startWorker(key: EndpointKey): void {
    const existing = this.running.get(key.id);
    if (existing) {
      if (!existing.worker?.notify()) existing.needsRestart = true;
      return;
    }
    const endpoint = this.endpoints.get(key.id);
    if (!endpoint?.isActive || this.stopping.signal.aborted) return;
    const { revision } = endpoint;
    const stopping = new AbortController();
    const running: RunningWorker = {
      revision,
      stopping,
      ended: this.claimAndRun(key, () => running).finally(() => this.onWorkerEnded(key)),
    };
    this.running.set(key.id, running);
  }

  private onWorkerEnded(key: EndpointKey): void {
    const needsRestart = this.running.get(key.id)?.needsRestart;
    this.running.delete(key.id);
    if (needsRestart) this.startWorker(key);
  }

  private async claimAndRun(key: EndpointKey, running: () => RunningWorker): Promise<void> {
    await pause(Math.min(this.running.size * CLAIM_DELAY_MS, MAX_CLAIM_DELAY_MS), this.stopping.signal);
    try {
      const claimLost = await this.claims.claim(key.id);
      if (!claimLost) return await pause(POLL_MS, this.stopping.signal); // another process has the claim
      try {
        await this.runWorker(key, running(), claimLost);
      } finally {
        await this.claims.release(key.id);
      }
    } catch (error) {
      if (this.stopping.signal.aborted || error instanceof ClaimLost) return;
      this.log.warn(
        `The worker of webhook ${key.id} failed and will be restarted: ${String(error)}`,
        DeliveryDispatcher.name,
      );
      await pause(RETRY_MS, this.stopping.signal);
    }
  }

  private async runWorker(key: EndpointKey, running: RunningWorker, claimLost: AbortSignal): Promise<void> {
    const worker = await this.workers.create(key);
    if (!worker) return;
    running.worker = worker;
    const problem = await worker.run(AbortSignal.any([claimLost, running.stopping.signal, this.stopping.signal]));
    if (problem !== undefined) await this.workers.disable(key, problem);
  }
}
