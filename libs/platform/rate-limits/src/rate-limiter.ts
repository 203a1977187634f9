import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { HavenError, mapMaybeAsync } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { ComponentHealths, Log } from '@haven/observability';

import { ClientAddresses } from './client-addresses.js';
import type { AddressedRequest } from './client-addresses.js';
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
  readonly request: AddressedRequest;
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

  constructor(
    private readonly config: HavenConfig,
    private readonly addresses: ClientAddresses,
    log: Log,
    components: ComponentHealths,
    uow: UnitOfWork,
  ) {
    const { rateLimits } = config;
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
    this.concurrency = new ConcurrencyLimit(config, (tenantId) => uow.waitingOf(tenantId));
  }

  /**
   * Charges a request: its address before authentication, its key and tenant afterwards. Returns the caller, without a
   * promise if the caller is already known, the limits are counted in this process and the request need not wait.
   */
  admit(
    { request, cost, isStream }: Arrival,
    reply: FastifyReply,
    authenticate: Authenticate,
  ): Caller | Promise<Caller> {
    const budget = new RequestBudget(reply);
    const points = this.costOf(cost);
    const identified = mapMaybeAsync(this.enterAddress(budget, request, points), () =>
      this.identify(budget, points, authenticate),
    );
    if (isStream) return identified;
    return mapMaybeAsync(identified, (caller) =>
      mapMaybeAsync(this.concurrency.enter(caller.tenantId, reply), () => caller),
    );
  }

  /**
   * Charges the client's address for opening a WebSocket connection. Returns the connection's budget, from which its
   * messages are charged: to the address until the caller is known, then to the caller too.
   */
  async arrive(request: AddressedRequest): Promise<RequestBudget> {
    const budget = new RequestBudget();
    await this.enterAddress(budget, request, this.config.rateLimits.readCost);
    return budget;
  }

  /** Authenticates a WebSocket connection, and charges it to the caller; the messages on it are charged separately. */
  async connect(budget: RequestBudget, authenticate: Authenticate): Promise<Caller> {
    return this.identify(budget, this.config.rateLimits.readCost, authenticate);
  }

  private enterAddress(budget: RequestBudget, request: AddressedRequest, cost: number): void | Promise<void> {
    return budget.enter(this.buckets('address', networkOf(this.addresses.of(request))), cost);
  }

  private identify(budget: RequestBudget, cost: number, authenticate: Authenticate): Caller | Promise<Caller> {
    return mapMaybeAsync(this.authenticateCharged(budget, authenticate), (caller) =>
      mapMaybeAsync(budget.enter(this.bucketsOf(caller), cost), () => {
        budget.writeHeaders();
        caller.consume = (more) => budget.consume(more);
        caller.chargeDatabaseTime = (milliseconds) => this.chargeDatabaseTime(caller.tenantId, milliseconds);
        return caller;
      }),
    );
  }

  /** Authenticates the caller. A failed authentication charges the client's address an additional cost. */
  private authenticateCharged(budget: RequestBudget, authenticate: Authenticate): Caller | Promise<Caller> {
    const refuse = (error: unknown): Promise<never> => this.chargeFailure(budget, error);
    try {
      const caller = authenticate();
      return caller instanceof Promise ? caller.catch(refuse) : caller;
    } catch (error) {
      return refuse(error);
    }
  }

  private async chargeFailure(budget: RequestBudget, error: unknown): Promise<never> {
    if (error instanceof HavenError && error.code === 'UNAUTHENTICATED')
      await budget.consumeAtMost(this.config.rateLimits.failedAuthenticationCost);
    budget.writeHeaders();
    throw error;
  }

  onModuleDestroy(): void {
    this.store.close();
  }

  private chargeDatabaseTime(tenantId: string, milliseconds: number): void {
    const cost = Math.floor((milliseconds / 1_000) * this.config.rateLimits.databaseTimeCost);
    if (cost > 0) this.limits.get('tenant')?.debit(tenantId, cost);
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
