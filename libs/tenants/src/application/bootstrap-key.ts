import { setTimeout as delay } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { ADVISORY_LOCKS, LockInspector, LockWait, UnitOfWork } from '@haven/database';
import { Access, scopeNames } from '@haven/kernel';
import { Log } from '@haven/observability';

import { ApiKeysRepository } from '../domain/api-keys.repository.js';
import { DEFAULT_TENANT } from '../domain/tenant.js';
import { ApiKeysService } from './api-keys.service.js';

/** Delay between attempts to take the lock. */
const RETRY_MS = 100;

/** Creates the first API key of a new installation. */
@Injectable()
export class BootstrapKey {
  constructor(
    private readonly service: ApiKeysService,
    private readonly keys: ApiKeysRepository,
    private readonly uow: UnitOfWork,
    private readonly config: HavenConfig,
    private readonly locks: LockInspector,
    private readonly log: Log,
  ) {}

  /**
   * Creates a key with all scopes if there is no other way to authenticate. Returns the key, which cannot be shown
   * again later, or null if none was created. Fails with a `LockTimeoutError` if another session holds the lock for
   * longer than `database.migrationLockTimeout`.
   */
  async createIfNeeded(): Promise<string | null> {
    const { open, operatorKey } = this.config.auth;
    if (open || operatorKey !== undefined) return null;
    const caller = { tenantId: DEFAULT_TENANT, actor: 'haven', traceId: '', access: Access.full };
    return this.uow.run(caller, async () => {
      // Checked before and after, so that a start on a database with keys does not wait for the lock.
      if ((await this.keys.count(DEFAULT_TENANT, 'live')) > 0) return null;
      await this.takeLock();
      if ((await this.keys.count(DEFAULT_TENANT, 'live')) > 0) return null;
      const { token } = await this.service.create(caller, { name: 'first operator key', scopes: [...scopeNames] });
      return token;
    });
  }

  private async takeLock(): Promise<void> {
    const wait = new LockWait({
      subject: 'The creation of the first API key',
      advice: 'Start Haven again when that session has ended.',
      timeout: this.config.database.migrationLockTimeout,
      onWait: (message) => this.log.warn(message, BootstrapKey.name),
    });
    const take = 'SELECT pg_try_advisory_xact_lock($1) AS taken';
    while (!(await this.uow.current().query(take, [ADVISORY_LOCKS.firstKey]))[0]?.taken) {
      wait.observe(await this.locks.holdersOf(ADVISORY_LOCKS.firstKey));
      await delay(RETRY_MS);
    }
  }
}
