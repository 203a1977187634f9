import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';

import type { HavenConfig } from '@haven/config';

import { Activity } from './activity/activity.js';
import type { Log } from './log.js';
import { Metrics } from './metrics/metrics.js';
import { watchProcess } from './metrics/process-metrics.js';
import type { Otlp } from './otlp.js';
import { RequestTrace } from './tracing/request-trace.js';
import type { RequestTracer } from './tracing/tracer.js';
import { observableGauge } from './metrics/instrument.js';

const BUILD = observableGauge('gauge', 'haven.build.info', {
  unit: '{build}',
  description: 'Always 1; the labels have the running versions.',
  labels: { 'service.version': "Haven's version", 'process.runtime.version': "Node's version" },
});

function observeBuild(metrics: Metrics, version: string): void {
  metrics.observe(BUILD, () => [[1, { 'service.version': version, 'process.runtime.version': process.versions.node }]]);
}

/** Maximum time for the last export at shutdown, in milliseconds. */
const FLUSH_TIMEOUT_MS = 1_500;

/** Collects the metrics of this process, and exports metrics and traces to an OTLP endpoint if one is set. */
@Injectable()
export class Telemetry implements OnApplicationShutdown {
  readonly activity = new Activity();

  private constructor(
    readonly metrics: Metrics,
    private readonly otlp: Otlp | undefined,
    private readonly stopWatching: (() => void) | undefined,
  ) {}

  static async start(config: HavenConfig, log: Log, version: string): Promise<Telemetry> {
    const metrics = new Metrics();
    observeBuild(metrics, version);
    const stop = config.metrics.enabled ? watchProcess(metrics) : undefined;
    const { otlpEndpoint } = config.telemetry;
    if (otlpEndpoint === undefined) return new Telemetry(metrics, undefined, stop);
    const { sendTo } = await import('./otlp.js');
    return new Telemetry(metrics, sendTo(otlpEndpoint, config, version, metrics, log), stop);
  }

  /** Whether the spans of requests are recorded. */
  get traces(): boolean {
    return this.otlp !== undefined;
  }

  get tracer(): RequestTracer {
    return this.otlp?.tracer ?? UNRECORDED;
  }

  /** Runs after the last responses, so that their data is exported as well. */
  async onApplicationShutdown(): Promise<void> {
    this.stopWatching?.();
    if (!this.otlp) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_TIMEOUT_MS)));
    await Promise.race([this.otlp.close(), timeout]);
    clearTimeout(timer);
  }
}

const UNRECORDED: RequestTracer = { begin: ({ headers }) => RequestTrace.unrecorded(headers) };
