import type { FastifyRequest } from 'fastify';

import type { RequestTrace } from './request-trace.js';

/** Makes the trace of each request; with an OTLP endpoint, one whose spans are sent there. */
export interface RequestTracer {
  begin(request: FastifyRequest): RequestTrace;
}
