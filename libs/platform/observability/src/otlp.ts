import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

import type { HavenConfig } from '@haven/config';

import type { Log } from './log.js';
import { MetricSource } from './metrics/metric-source.js';
import type { Metrics } from './metrics/metrics.js';
import { beginRequest } from './tracing/recorded-spans.js';
import type { RequestTracer } from './tracing/tracer.js';

/** Minimum time between log lines about failed exports, in milliseconds. */
const REPORT_MS = 60_000;

/** Exports metrics and traces. */
export interface Otlp {
  readonly tracer: RequestTracer;
  /** Sends the pending data and stops. */
  close(): Promise<void>;
}

/**
 * Starts to export to `telemetry.otlpEndpoint`. This module is imported only if needed, because loading OpenTelemetry
 * takes longer than the rest of the startup.
 */
export function sendTo(endpoint: string, config: HavenConfig, version: string, metrics: Metrics, log: Log): Otlp {
  const { telemetry } = config;
  const headers = pairsOf(telemetry.otlpHeaders ?? '');
  const resource = defaultResource().merge(
    resourceFromAttributes({
      'service.version': version,
      ...pairsOf(telemetry.resourceAttributes.join(',')),
      'service.name': telemetry.serviceName,
    }),
  );
  const report = reporter(log);
  const targetOf = (signal: string) => ({ url: `${endpoint.replace(/\/$/, '')}/v1/${signal}`, headers });
  const traces = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(Number(telemetry.traceSampling)) }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: reporting(new OTLPTraceExporter(targetOf('traces')), report) }),
    ],
  });
  const meters =
    config.metrics.enabled &&
    new MeterProvider({
      resource,
      readers: [
        new PeriodicExportingMetricReader({
          exporter: reporting(new OTLPMetricExporter(targetOf('metrics')), report),
          exportIntervalMillis: telemetry.metricInterval,
          exportTimeoutMillis: Math.min(telemetry.metricInterval, 10_000),
          metricProducers: [new MetricSource(metrics, version)],
        }),
      ],
    });
  const tracer = traces.getTracer('haven', version);
  return {
    tracer: { begin: (request) => beginRequest(tracer, request) },
    close: async () => void (await Promise.allSettled([traces.shutdown(), meters && meters.shutdown()])),
  };
}

interface Exporter<Items> {
  export(items: Items, done: (result: { code: number; error?: Error }) => void): void;
}

/** Changes an exporter so that it reports failed exports. */
function reporting<Items, One extends Exporter<Items>>(
  exporter: One & Exporter<Items>,
  report: (error: Error) => void,
): One {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) =>
    send(items, (result) => {
      if (result.code !== 0) report(result.error ?? new Error('unknown'));
      done(result);
    });
  return exporter;
}

function reporter(log: Log): (error: Error) => void {
  let reportedAt = -Infinity;
  return ({ message }) => {
    if (performance.now() - reportedAt < REPORT_MS) return;
    reportedAt = performance.now();
    log.warn(`Telemetry could not be sent to telemetry.otlpEndpoint: ${message}`, 'Telemetry');
  };
}

/** Parses `a=b,c=d` with percent-encoding, the format of OpenTelemetry's environment variables. */
function pairsOf(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split(/=(.*)/s, 2).map((part) => decodeURIComponent(part.trim())));
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[0] !== '' && pair[1] !== undefined));
}
