import { Injectable } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorResult } from '@nestjs/terminus';

import { DatabaseProbe } from './database.probe.js';
import { Lifecycle } from './lifecycle.js';

const PATIENCE_MS = 2_000;

/** What the probes ask; a probe that fails throws Terminus's 503, whose body names what is down. */
@Injectable()
export class ProbesService {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly database: DatabaseProbe,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** Always fine: whoever can answer lives. Not asked of Terminus, which lets no probe pass while it shuts down. */
  live(): HealthCheckResult {
    return { status: 'ok', info: {}, error: {}, details: {} };
  }

  /** Whether to send requests here: not draining, database answers within two seconds, migrations have run. */
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.attempt('process', () => this.requireServing()),
      () => this.attempt('database', () => this.database.reach()),
      () => this.attempt('migrations', () => this.database.requireMigrations()),
    ]);
  }

  /** Whether start-up is over. No module starts without the database, so it has answered; what becomes of it later is readiness. */
  started(): Promise<HealthCheckResult> {
    return this.health.check([() => this.attempt('process', () => this.requireBootstrapped())]);
  }

  private attempt(name: string, work: () => Promise<void> | void): PromiseLike<HealthIndicatorResult> {
    return this.indicator.check(name).attempt(work).withTimeout(PATIENCE_MS);
  }

  private requireServing(): void {
    if (this.lifecycle.draining) throw new Error('Draining: this process is about to stop.');
    if (!this.lifecycle.listening) throw new Error('The main port does not listen.');
  }

  private requireBootstrapped(): void {
    if (!this.lifecycle.bootstrapped) throw new Error('Still starting.');
  }
}
