import { METHODS } from 'node:http';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { histogram, observableGauge } from './instrument.js';
import type { Metrics } from './metrics.js';
import { ErrorMetrics } from './error-metrics.js';
import type { Histogram, LabeledSeries } from './series.js';

const LABELS = {
  'http.request.method': 'the method; `_OTHER` for one that HTTP does not know',
  'url.scheme': '`http`, or `https` where a trusted proxy says so',
};
const DURATION = histogram('http.server.request.duration', {
  unit: 's',
  description:
    'How long requests took, until the last byte was sent or the client was gone. Streams count when they end.',
  labels: {
    ...LABELS,
    'http.route':
      'the pattern of the address, such as `/api/v1/collections/:collection/records/:id`; none where nothing is',
    'http.response.status_code': 'the status; none if the client was gone before there was one',
    'error.type': 'of errors, the code of the [catalogue](errors.md); `aborted` if the client was gone',
  },
});
const ACTIVE = observableGauge('sum', 'http.server.active_requests', {
  unit: '{request}',
  description: 'Requests that are being worked on, streams included.',
  labels: LABELS,
});

/** Of what clients send, so much may become a label. */
const KNOWN_METHODS = new Set([...METHODS, 'QUERY']);

/** Counts requests and how long they take. */
export class HttpMetrics {
  private readonly durations: LabeledSeries<Histogram>;
  private readonly errors: ErrorMetrics;
  private readonly active = new Map<string, number>();
  /** By route, and there by what tells series apart: finding one must cost a request little. */
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
    const made = this.durations.of({
      'http.request.method': method,
      'url.scheme': scheme,
      'http.route': url,
      'http.response.status_code': status,
      'error.type': error,
    });
    ofRoute.set(inRoute, made);
    return made;
  }
}

interface RequestOutcome {
  readonly status: string | undefined;
  readonly error: string | undefined;
}

/** What became of a request: also what its span says. */
export function outcomeOf({ refusal }: FastifyRequest, { raw }: FastifyReply): RequestOutcome {
  const status = raw.headersSent ? String(raw.statusCode) : undefined;
  return { status, error: refusal?.code ?? (status === undefined ? 'aborted' : undefined) };
}

/** `url.scheme` of a request. */
export function schemeOf({ protocol }: FastifyRequest): string {
  return protocol === 'https' ? protocol : 'http';
}

/** `http.request.method` of a request. */
export function methodOf({ method }: FastifyRequest): string {
  return KNOWN_METHODS.has(method) ? method : '_OTHER';
}

function seriesKeyOf(request: FastifyRequest): string {
  return `${methodOf(request)} ${schemeOf(request)}`;
}
