import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { ADVISORY_LOCKS, UnitOfWork } from '@haven/database';
import { Access, scopeNames } from '@haven/kernel';

import { ApiKeysRepository } from '../domain/api-keys.repository.js';
import { DEFAULT_TENANT } from '../domain/tenant.js';
import { ApiKeysService } from './api-keys.service.js';

/** Creates the first API key of a new installation. */
@Injectable()
export class BootstrapKey {
  constructor(
    private readonly service: ApiKeysService,
    private readonly keys: ApiKeysRepository,
    private readonly uow: UnitOfWork,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Creates a key with all scopes if there is no other way to authenticate. Returns the key, which cannot be shown
   * again later, or null if none was created.
   */
  async createIfNeeded(): Promise<string | null> {
    const { open, operatorKey } = this.config.auth;
    if (open || operatorKey !== undefined) return null;
    const caller = { tenantId: DEFAULT_TENANT, actor: 'haven', traceId: '', access: Access.full };
    return this.uow.run(caller, async () => {
      // Checked before and after, so that a start on a database with keys does not wait for the lock.
      if ((await this.keys.count(DEFAULT_TENANT, 'live')) > 0) return null;
      await this.uow.current().query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.firstKey]);
      if ((await this.keys.count(DEFAULT_TENANT, 'live')) > 0) return null;
      const { token } = await this.service.create(caller, { name: 'first operator key', scopes: [...scopeNames] });
      return token;
    });
  }
}
