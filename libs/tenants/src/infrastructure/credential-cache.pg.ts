import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { validate } from 'uuid';

import { PgPubSub, SystemDatabase } from '@haven/database';
import { Access, HavenError } from '@haven/kernel';
import type { Scope } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookupSeries, Metrics } from '@haven/observability';

import { ACCESS_CHANGED_CHANNEL } from '../domain/channels.js';
import { CredentialCache } from '../domain/credential-cache.js';
import type { MaybeAsync, CachedKey, CachedTenant } from '../domain/credential-cache.js';
import type { TenantState } from '../domain/tenant.js';
import { CredentialInvalidationPoller } from './credential-invalidation-poller.js';
import { RefreshingCache } from './refreshing-cache.js';

interface KeyRow {
  id: string;
  tenant_id: string;
  scopes: Scope[];
  collections: string[] | null;
  hash: Buffer;
  previous_hash: Buffer | null;
  previous_until: Date | null;
  expires_at: Date | null;
}

/** Caches API keys and tenants from PostgreSQL. */
@Injectable()
export class PgCredentialCache extends CredentialCache implements OnModuleInit, OnModuleDestroy {
  private readonly keys = new RefreshingCache<CachedKey>(
    (ids) => this.loadKeys(ids),
    (before, after) => before.hash.equals(after.hash),
    () => new HavenError('UNAUTHENTICATED', 'The API key was revoked or rotated.'),
  );
  private readonly tenants = new RefreshingCache<CachedTenant>(
    (ids) => this.loadTenants(ids),
    (before, after) => before.id === after.id && before.state === after.state,
    () => new HavenError('TENANT_SUSPENDED', 'The tenant is suspended or deleted.'),
  );
  private stopListening: (() => void) | undefined;

  constructor(
    private readonly database: SystemDatabase,
    private readonly pubSub: PgPubSub,
    private readonly poller: CredentialInvalidationPoller,
    metrics: Metrics,
  ) {
    super();
    metrics.observe(CACHE_LOOKUPS, () => [
      ...cacheLookupSeries('keys', this.keys.lookups),
      ...cacheLookupSeries('tenants', this.tenants.lookups),
    ]);
  }

  key(id: string): MaybeAsync<CachedKey> {
    return this.keys.get(id);
  }

  reloadKey(id: string): MaybeAsync<CachedKey> {
    return this.keys.reload(id);
  }

  tenant(idOrName: string): MaybeAsync<CachedTenant> {
    return this.tenants.get(idOrName);
  }

  async onModuleInit(): Promise<void> {
    this.stopListening = await this.pubSub.subscribe(ACCESS_CHANGED_CHANNEL, (id = '') => {
      // If reloading fails, the entry stays stale, and the next `get` loads it again.
      for (const cache of [this.keys, this.tenants]) cache.invalidate(id).catch(() => undefined);
    });
    await this.poller.start(() => Promise.all([this.keys.invalidateAll(), this.tenants.invalidateAll()]));
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }

  private async loadKeys(ids: readonly string[]): Promise<Map<string, CachedKey>> {
    const rows = await this.database.query<KeyRow>('SELECT * FROM haven.known_keys WHERE id = ANY($1)', [ids]);
    return new Map(rows.map((row) => [row.id, toCachedKey(row)]));
  }

  private async loadTenants(ids: readonly string[]): Promise<Map<string, CachedTenant>> {
    const rows = await this.database.query<{ wanted: string; id: string; state: TenantState }>(
      `SELECT id::text AS wanted, id, state FROM haven.tenants WHERE id = ANY($1::uuid[])
       UNION ALL SELECT name, id, state FROM haven.tenants WHERE name = ANY($2)`,
      [ids.filter((one) => validate(one)), ids.filter((one) => !validate(one))],
    );
    return new Map(rows.map(({ wanted, id, state }) => [wanted, { id, state }]));
  }
}

function toCachedKey(row: KeyRow): CachedKey {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    access: new Access(new Set(row.scopes), row.collections === null ? undefined : new Set(row.collections)),
    hash: row.hash,
    previousHash: row.previous_hash,
    previousUntil: row.previous_until?.getTime() ?? 0,
    expiresAt: row.expires_at?.getTime() ?? Infinity,
    usedAt: 0,
  };
}
