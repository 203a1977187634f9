import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { printJson } from '@haven/kernel';
import { observeRequests, logRequests, serveMetrics } from '@haven/observability';
import type { Log, Telemetry } from '@haven/observability';
import { ClientAddresses } from '@haven/rate-limits';

import { BodyBudget } from './body-budget.js';
import { shedLoad } from './shed-load.js';
import { respondToOptions } from './allowed-methods.js';
import { countActivity } from './count-activity.js';
import { closeConnectionsAtStop } from './close-connections.js';
import { limitConnections } from './connection-limits.js';
import { compressResponses } from './compress-responses.js';
import { configureCors } from './cors.js';
import { rejectForeignPages } from './cross-origin.js';
import { readBodies } from './json-body.js';
import { negotiate } from './negotiation.js';
import { PublicPaths, readPublicPrefix } from './public-paths.js';
import { writeRepresentations } from './representation.js';
import { readDryRuns } from './dry-run-parameter.js';
import { validateRequestHead } from './request-head.js';
import { declareUnmatched, readRoutes } from './route.js';
import { sendSecurityHeaders } from './security-headers.js';
import { sendServerTiming } from './server-timing.js';
import { SlowClients } from './slow-clients.js';
import { serveStatic } from './static-responses.js';

/** Objects and files that the hooks use, besides the configuration. */
interface HttpOptions {
  log: Log;
  telemetry: Telemetry;
  /** Directory of the files that the build has compressed. */
  compressedFiles: string;
}

/**
 * Registers the hooks that run before and after the handler of every request, in this order. Hooks that wait for
 * nothing are synchronous functions, because an async hook costs each request a promise.
 */
export function configureHttp(fastify: FastifyInstance, config: HavenConfig, options: HttpOptions): void {
  const { log, telemetry, compressedFiles } = options;
  const addresses = new ClientAddresses(config, log);
  readRoutes(fastify);
  readPublicPrefix(fastify, new PublicPaths(config, addresses, log));
  declareUnmatched(fastify, '/api', { api: 'rest' });
  observeRequests(fastify, config, telemetry);
  countActivity(fastify, telemetry.activity);
  if (config.telemetry.serverTiming) sendServerTiming(fastify);
  shedLoad(fastify);
  limitConnections(fastify, config, addresses, log);
  closeConnectionsAtStop(fastify);
  logRequests(fastify, log, {
    sampleSuccesses: Number(config.log.sampleSuccesses),
    slowRequests: config.log.slowRequests,
    addressOf: ({ raw }) => addresses.of(raw),
  });
  new SlowClients(config).watch(fastify);
  sendSecurityHeaders(fastify, config);
  configureCors(fastify, config);
  readBodies(fastify, config, new BodyBudget(config, telemetry.metrics));
  validateRequestHead(fastify, config);
  rejectForeignPages(fastify, config);
  respondToOptions(fastify);
  negotiate(fastify);
  readDryRuns(fastify);
  writeRepresentations(fastify);
  serveStatic(fastify, compressedFiles);
  compressResponses(fastify, config);
  fastify.setReplySerializer(printJson);
  serveMetrics(fastify, config, telemetry.metrics);
}
