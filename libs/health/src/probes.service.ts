import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorFunction, HealthIndicatorResult } from '@nestjs/terminus';

import { WriteAvailability } from '@haven/database';
import { ComponentHealths } from '@haven/observability';
import type { ComponentHealth } from '@haven/observability';

import { DatabaseProbe } from './database.probe.js';
import { Lifecycle } from './lifecycle.js';

const TIMEOUT_MS = 2_000;

/** The result of a readiness probe. Reads work if it is successful; `writes` says whether writes work too. */
export interface Readiness extends HealthCheckResult {
  readonly writes: 'available' | 'unavailable';
}

/** The state of the process and of all components. */
export interface Health extends Readiness {
  readonly components: Record<string, ComponentHealth>;
}

/** The checks of the probes. A failing probe throws Terminus's 503, whose body names the failed checks. */
@Injectable()
export class ProbesService {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly database: DatabaseProbe,
    private readonly lifecycle: Lifecycle,
    private readonly writes: WriteAvailability,
    private readonly components: ComponentHealths,
  ) {}

  /**
   * Always succeeds, because a process that responds is alive. Terminus would report a failure while the process shuts
   * down.
   */
  live(): HealthCheckResult {
    return { status: 'ok', info: {}, error: {}, details: {} };
  }

  /** Succeeds if the process is not draining, the database responds within two seconds and all migrations have run. */
  ready(): Promise<Readiness> {
    return this.check([]);
  }

  /** Like `ready`, and succeeds only if writes work too. */
  readyForWrites(): Promise<Readiness> {
    return this.check([() => this.attempt('writes', () => this.requireWrites())]);
  }

  /** Succeeds or fails like `ready`. The result lists all components in both cases. */
  async details(): Promise<Health> {
    const [result, components] = await Promise.all([
      this.ready().catch((error: unknown) => error),
      this.components.report(),
    ]);
    if (!(result instanceof ServiceUnavailableException)) return { ...(result as Readiness), components };
    throw new ServiceUnavailableException({ ...(result.getResponse() as Readiness), components });
  }

  /**
   * Succeeds once the start is complete. This implies that the database has responded, because modules need it to
   * start. Later outages affect only readiness.
   */
  started(): Promise<HealthCheckResult> {
    return this.health.check([() => this.attempt('process', () => this.requireBootstrapped())]);
  }

  /** Adds whether writes work to the result, or to the body of the failure. */
  private async check(more: HealthIndicatorFunction[]): Promise<Readiness> {
    const result = this.health.check([
      () => this.attempt('process', () => this.requireServing()),
      () => this.attempt('database', () => this.database.reach()),
      () => this.attempt('migrations', () => this.database.requireMigrations()),
      ...more,
    ]);
    const [outcome] = await Promise.allSettled([result, this.attempt('writes', () => this.writes.check())]);
    const writes = this.writes.problem === undefined ? 'available' : 'unavailable';
    if (outcome.status === 'fulfilled') return { ...outcome.value, writes };
    if (!(outcome.reason instanceof ServiceUnavailableException)) throw outcome.reason;
    throw new ServiceUnavailableException({ ...(outcome.reason.getResponse() as HealthCheckResult), writes });
  }

  private attempt(name: string, work: () => Promise<void> | void): PromiseLike<HealthIndicatorResult> {
    return this.indicator.check(name).attempt(work).withTimeout(TIMEOUT_MS);
  }

  private requireServing(): void {
    if (this.lifecycle.draining) throw new Error('The process is draining and about to stop.');
    if (!this.lifecycle.listening) throw new Error('The main port is not listening.');
  }

  private async requireWrites(): Promise<void> {
    await this.writes.check();
    if (this.writes.problem !== undefined) throw new Error(this.writes.problem);
  }

  private requireBootstrapped(): void {
    if (!this.lifecycle.bootstrapped) throw new Error('The process is still starting.');
  }
}
