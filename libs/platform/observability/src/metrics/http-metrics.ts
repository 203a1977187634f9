import { METHODS } from 'node:http';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { histogram, observableGauge } from './instrument.js';
import type { Metrics } from './metrics.js';
import { ErrorMetrics } from './error-metrics.js';
import type { Histogram, LabeledSeries } from './series.js';

const LABELS = {
  'http.request.method': 'the method; `_OTHER` if HTTP does not define it',
  'url.scheme': '`http`, or `https` if a trusted proxy reports it',
};
const DURATION = histogram('http.server.request.duration', {
  unit: 's',
  description:
    'Duration of requests, until the last byte was sent or the client disconnected. Streams are recorded when ' +
    'they end.',
  labels: {
    ...LABELS,
    'http.route':
      'the pattern of the URL, such as `/api/v1/collections/:collection/records/:id`; absent if no route matches',
    'http.response.status_code': 'the status; absent if the client disconnected before it was sent',
    'error.type': 'for errors, the code of the [catalogue](errors.md); `aborted` if the client disconnected',
  },
});
const ACTIVE = observableGauge('sum', 'http.server.active_requests', {
  unit: '{request}',
  description: 'Requests in progress, including streams.',
  labels: LABELS,
});

/** Methods that may become label values; clients can send any method. */
const KNOWN_METHODS = new Set([...METHODS, 'QUERY']);

/** Measures the number and duration of requests. */
export class HttpMetrics {
  private readonly durations: LabeledSeries<Histogram>;
  private readonly errors: ErrorMetrics;
  private readonly active = new Map<string, number>();
  /** Series by route, then by their other labels, so that finding the series of a request is cheap. */
  private readonly known = new Map<string, Map<string, Histogram>>();

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram(DURATION);
    this.errors = new ErrorMetrics(metrics);
    metrics.observe(ACTIVE, () =>
      [...this.active].map(([key, count]) => {
        const [method = '', scheme = ''] = key.split(' ');
        return [count, { 'http.request.method': method, 'url.scheme': scheme }];
      }),
    );
  }

  begin(request: FastifyRequest): void {
    const key = seriesKeyOf(request);
    this.active.set(key, (this.active.get(key) ?? 0) + 1);
  }

  end(request: FastifyRequest, reply: FastifyReply): void {
    const key = seriesKeyOf(request);
    this.active.set(key, (this.active.get(key) ?? 1) - 1);
    const { refusal } = request;
    if (refusal) this.errors.count({ code: refusal.code, violatedPolicies: refusal.extras.violatedPolicies });
    this.seriesOf(request, key, outcomeOf(request, reply)).record(reply.elapsedTime / 1_000);
  }

  private seriesOf(
    { routeOptions: { url } }: FastifyRequest,
    key: string,
    { status, error }: RequestOutcome,
  ): Histogram {
    const route = url ?? '';
    const ofRoute = this.known.get(route) ?? new Map<string, Histogram>();
    this.known.set(route, ofRoute);
    const inRoute = `${key} ${status} ${error}`;
    const known = ofRoute.get(inRoute);
    if (known) return known;
    const [method, scheme] = key.split(' ');
    const created = this.durations.of({
      'http.request.method': method,
      'url.scheme': scheme,
      'http.route': url,
      'http.response.status_code': status,
      'error.type': error,
    });
    ofRoute.set(inRoute, created);
    return created;
  }
}

interface RequestOutcome {
  readonly status: string | undefined;
  readonly error: string | undefined;
}

/** Returns the status and error of a request, for metrics and spans. */
export function outcomeOf({ refusal }: FastifyRequest, { raw }: FastifyReply): RequestOutcome {
  const status = raw.headersSent ? String(raw.statusCode) : undefined;
  return { status, error: refusal?.code ?? (status === undefined ? 'aborted' : undefined) };
}

/** Returns the `url.scheme` of a request. */
export function schemeOf({ protocol }: FastifyRequest): string {
  return protocol === 'https' ? protocol : 'http';
}

/** Returns the `http.request.method` of a request. */
export function methodOf({ method }: FastifyRequest): string {
  return KNOWN_METHODS.has(method) ? method : '_OTHER';
}

function seriesKeyOf(request: FastifyRequest): string {
  return `${methodOf(request)} ${schemeOf(request)}`;
}
