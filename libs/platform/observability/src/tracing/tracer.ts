import type { FastifyRequest } from 'fastify';

import type { RequestTrace } from './request-trace.js';

/** Creates the trace of each request. If an OTLP endpoint is set, its spans are sent there. */
export interface RequestTracer {
  begin(request: FastifyRequest): RequestTrace;
}
