import { Injectable } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorResult } from '@nestjs/terminus';

import { DatabaseProbe } from './database.probe.js';
import { Lifecycle } from './lifecycle.js';

const TIMEOUT_MS = 2_000;

/** The checks of the probes. A failing probe throws Terminus's 503, whose body names the failed checks. */
@Injectable()
export class ProbesService {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly database: DatabaseProbe,
    private readonly lifecycle: Lifecycle,
  ) {}

  /**
   * Always succeeds, because a process that responds is alive. Terminus would report a failure while the process shuts
   * down.
   */
  live(): HealthCheckResult {
    return { status: 'ok', info: {}, error: {}, details: {} };
  }

  /** Succeeds if the process is not draining, the database responds within two seconds and all migrations have run. */
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.attempt('process', () => this.requireServing()),
      () => this.attempt('database', () => this.database.reach()),
      () => this.attempt('migrations', () => this.database.requireMigrations()),
    ]);
  }

  /**
   * Succeeds once the start is complete. This implies that the database has responded, because modules need it to
   * start. Later outages affect only readiness.
   */
  started(): Promise<HealthCheckResult> {
    return this.health.check([() => this.attempt('process', () => this.requireBootstrapped())]);
  }

  private attempt(name: string, work: () => Promise<void> | void): PromiseLike<HealthIndicatorResult> {
    return this.indicator.check(name).attempt(work).withTimeout(TIMEOUT_MS);
  }

  private requireServing(): void {
    if (this.lifecycle.draining) throw new Error('The process is draining and about to stop.');
    if (!this.lifecycle.listening) throw new Error('The main port is not listening.');
  }

  private requireBootstrapped(): void {
    if (!this.lifecycle.bootstrapped) throw new Error('The process is still starting.');
  }
}
