import type { IncomingMessage } from 'node:http';

import proxyAddress from '@fastify/proxy-addr';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { ComponentHealths, Log } from '@haven/observability';

import { OptionalRedis } from './optional-redis.js';
import { RequestBudget } from './request-budget.js';
import type { Bucket } from './request-budget.js';
import { ConcurrencyLimit } from './concurrency.js';
import { RateLimit } from './rate-limit.js';
import { networkOf } from './network.js';

/** Names of the limits, as they appear in responses. */
type LimitName = 'address' | 'key' | 'tenant';

/** The properties of a request that are known before authentication. */
export interface Arrival {
  /** IP address of the client. */
  readonly address: string;
  /** Whether the request is first charged as a read or a write; work that depends on the body is charged later. */
  readonly cost: 'read' | 'write';
  /** Whether the response is a stream. Streams have a limit of their own and do not count as concurrent requests. */
  readonly isStream: boolean;
}

type Authenticate = () => Caller | Promise<Caller>;

/** Enforces the rate limits: per IP address before authentication, then per key and tenant. */
@Injectable()
export class RateLimiter implements OnModuleDestroy {
  private readonly store: OptionalRedis;
  private readonly limits: ReadonlyMap<LimitName, RateLimit>;
  private readonly concurrency: ConcurrencyLimit;
  private readonly addressOf: (request: IncomingMessage) => string;

  constructor(
    private readonly config: HavenConfig,
    log: Log,
    components: ComponentHealths,
  ) {
    const { rateLimits, server } = config;
    const { redisUrl: url, redisTimeout: timeout } = rateLimits;
    this.store = new OptionalRedis({ url, timeout }, 'the rate limits', log);
    components.add('redisRateLimits', () => this.store.report());
    const quotas = [
      ['address', rateLimits.perAddress],
      ['key', rateLimits.perKey],
      ['tenant', rateLimits.perTenant],
    ] as const;
    this.limits = new Map(
      quotas
        .filter(([, quota]) => quota > 0)
        .map(([name, quota]) => [name, new RateLimit(name, quota, rateLimits, this.store)]),
    );
    this.concurrency = new ConcurrencyLimit(rateLimits.concurrentPerTenant);
    const trusted = proxyAddress.compile([...server.trustProxy]);
    this.addressOf = (request) => proxyAddress(request, trusted);
  }

  /** Charges a request: its address before authentication, its key and tenant afterwards. Returns the caller. */
  async admit({ address, cost, isStream }: Arrival, reply: FastifyReply, authenticate: Authenticate): Promise<Caller> {
    const budget = new RequestBudget(reply);
    const caller = await this.identify(budget, address, this.costOf(cost), authenticate);
    if (!isStream) this.concurrency.enter(caller.tenantId, reply);
    return caller;
  }

  /** Charges and authenticates a WebSocket connection; the operations on it are charged separately. */
  connect(request: IncomingMessage, authenticate: Authenticate): Promise<Caller> {
    return this.identify(new RequestBudget(), this.addressOf(request), this.config.rateLimits.readCost, authenticate);
  }

  private async identify(
    budget: RequestBudget,
    address: string,
    cost: number,
    authenticate: Authenticate,
  ): Promise<Caller> {
    const arrival = budget.enter(this.buckets('address', networkOf(address)), cost);
    if (arrival) await arrival;
    const caller = await this.authenticateCharged(budget, authenticate);
    const admission = budget.enter(this.bucketsOf(caller), cost);
    if (admission) await admission;
    budget.writeHeaders();
    caller.consume = (more) => budget.consume(more);
    return caller;
  }

  /** Authenticates the caller. A failed authentication charges the client's address an additional cost. */
  private async authenticateCharged(budget: RequestBudget, authenticate: Authenticate): Promise<Caller> {
    try {
      return await authenticate();
    } catch (error) {
      if (error instanceof HavenError && error.code === 'UNAUTHENTICATED')
        await budget.consumeAtMost(this.config.rateLimits.failedAuthenticationCost);
      budget.writeHeaders();
      throw error;
    }
  }

  onModuleDestroy(): void {
    this.store.close();
  }

  private bucketsOf({ tenantId, actor }: Caller): Bucket[] {
    const key = actor === 'anonymous' ? [] : this.buckets('key', `${tenantId}/${actor}`);
    return [...key, ...this.buckets('tenant', tenantId)];
  }

  private buckets(name: LimitName, key: string): Bucket[] {
    const limit = this.limits.get(name);
    return limit ? [{ limit, key }] : [];
  }

  private costOf(cost: Arrival['cost']): number {
    const { readCost, writeCost } = this.config.rateLimits;
    return cost === 'read' ? readCost : writeCost;
  }
}
