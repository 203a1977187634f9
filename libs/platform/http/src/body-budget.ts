import { getHeapStatistics } from 'node:v8';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';
import { counter, observableGauge } from '@haven/observability';
import type { Counter, LabeledSeries, Metrics } from '@haven/observability';
import { rateLimited } from '@haven/rate-limits';

declare module 'fastify' {
  interface FastifyRequest {
    /** The memory that the body of the request takes; absent until the body is read. */
    heldBody?: HeldBody;
  }
}

const HELD = observableGauge('sum', 'haven.http.body.held', {
  unit: 'By',
  description:
    'Memory for request bodies that are being received or processed, as `limits.bodyBytesInFlight` counts it.',
});
const LIMIT = observableGauge('sum', 'haven.http.body.limit', {
  unit: 'By',
  description: 'Maximum of `haven.http.body.held`: `limits.bodyBytesInFlight`, or a quarter of the heap limit.',
});
const REFUSED = counter('haven.http.body.refused', {
  unit: '{request}',
  description: 'Requests whose body would have exceeded a limit on `haven.http.body.held`.',
  labels: { 'haven.http.body.limit': '`process` (503) or `tenant` (429)' },
});

/** Largest part of the heap limit that bodies may take. Parsing and processing a body needs memory besides it. */
const HEAP_SHARE = 1 / 4;

/** Key under which bodies of requests without a tenant are counted, such as those to URLs that do not exist. */
const NO_TENANT = '';

/**
 * Limits the memory that the bodies of all requests to a process take, in total and per tenant. Only what has arrived
 * is counted: an announced `Content-Length` reserves nothing.
 */
export class BodyBudget {
  private readonly max: number;
  private readonly maxPerTenant: number;
  private readonly byTenant = new Map<string, number>();
  private readonly refusals: LabeledSeries<Counter>;
  private total = 0;

  constructor({ limits }: HavenConfig, metrics: Metrics) {
    this.max = Math.min(limits.bodyBytesInFlight, Math.floor(getHeapStatistics().heap_size_limit * HEAP_SHARE));
    this.maxPerTenant = Math.min(limits.bodyBytesInFlightPerTenant, this.max);
    this.refusals = metrics.counter(REFUSED);
    metrics.observe(HELD, () => [[this.total]]);
    metrics.observe(LIMIT, () => [[this.max]]);
  }

  /** Gives every request with a body a counter. Nothing is counted any more once its response has ended. */
  register(fastify: FastifyInstance): void {
    fastify.decorateRequest('heldBody');
    fastify.addHook('onRequest', (request, { raw }, done) => {
      const { headers } = request;
      if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
        const body = new HeldBody(this, request);
        request.heldBody = body;
        if (raw.destroyed)
          body.release(); // it has emitted `close` already
        else raw.once('close', () => body.release());
      }
      done();
    });
  }

  /**
   * Counts `more` bytes for a body that already takes `held` bytes. Throws `OVERLOADED` or `RATE_LIMITED` if that
   * exceeds a limit. A tenant's only body is not refused for the tenant's limit, because a retry would not help.
   */
  add(tenant: string, held: number, more: number): void {
    this.check(tenant, held, more);
    this.total += more;
    this.byTenant.set(tenant, (this.byTenant.get(tenant) ?? 0) + more);
  }

  /** Throws the error of {@link add} without counting anything. */
  check(tenant: string, held: number, more: number): void {
    const others = (this.byTenant.get(tenant) ?? 0) - held;
    if (others > 0 && others + held + more > this.maxPerTenant) throw this.refuse('tenant', TENANT_FULL);
    if (this.total + more > this.max) throw this.refuse('process', PROCESS_FULL);
  }

  subtract(tenant: string, bytes: number): void {
    this.total -= bytes;
    const left = (this.byTenant.get(tenant) ?? 0) - bytes;
    if (left > 0) this.byTenant.set(tenant, left);
    else this.byTenant.delete(tenant);
  }

  private refuse(limit: 'process' | 'tenant', error: HavenError): HavenError {
    this.refusals.of({ 'haven.http.body.limit': limit }).add();
    return error;
  }
}

/** The memory that the body of one request takes. */
class HeldBody {
  /** Bytes that are counted for the body. */
  bytes = 0;
  /** Bytes of an incomplete body that is buffered as a whole; 0 for a body that is read as a stream. */
  incomplete = 0;
  /** Whether the response has ended or the body was refused. What still arrives is discarded. */
  isReleased = false;
  private knownTenant: string | undefined;

  constructor(
    private readonly budget: BodyBudget,
    private readonly request: FastifyRequest,
  ) {}

  /** The tenant is known before the first byte is read. */
  private get tenant(): string {
    return (this.knownTenant ??= this.request.caller?.tenantId ?? NO_TENANT);
  }

  /** Counts more bytes. If they exceed a limit, throws and releases the body. */
  add(bytes: number): void {
    if (this.isReleased) return; // the client is gone, and what was read will be discarded
    this.orRelease(() => this.budget.add(this.tenant, this.bytes, bytes));
    this.bytes += bytes;
  }

  /** Throws if the announced length cannot be added now. It is counted only as it arrives. */
  expect(length: number): void {
    this.orRelease(() => this.budget.check(this.tenant, this.bytes, length));
  }

  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.incomplete = 0;
    if (this.bytes > 0) this.budget.subtract(this.tenant, this.bytes);
    this.bytes = 0;
  }

  private orRelease(count: () => void): void {
    try {
      count();
    } catch (error) {
      this.release();
      throw error;
    }
  }
}

/** The errors are created once, because creating one takes longer than sending it. */
const PROCESS_FULL = new HavenError(
  'OVERLOADED',
  'The server holds too many bytes of request bodies (limits.bodyBytesInFlight).',
  { retryAfter: 1 },
);
const TENANT_FULL = rateLimited(['body-bytes'], 1, 'limits.bodyBytesInFlightPerTenant');
