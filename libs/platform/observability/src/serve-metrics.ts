import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';

import type { Metrics } from './metrics/metrics.js';
import { CONTENT_TYPE, prometheusText } from './metrics/prometheus.js';

/** Serves `/metrics` on the port of the APIs, unless `metrics.port` is set. */
export function serveMetrics(
  fastify: FastifyInstance,
  { metrics: { enabled, port } }: HavenConfig,
  metrics: Metrics,
): void {
  if (!enabled || port !== undefined) return;
  fastify.get('/metrics', { config: { access: 'public' } }, (_request, reply) =>
    reply.type(CONTENT_TYPE).header('cache-control', 'no-store').send(prometheusText(metrics.read())),
  );
}
