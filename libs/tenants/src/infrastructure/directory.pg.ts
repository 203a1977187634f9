import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { Access, HavenError } from '@haven/kernel';
import type { Scope } from '@haven/kernel';
import { Log, Notices } from '@haven/platform';

import { ACCESS_CHANGED } from '../domain/channels.js';
import { Directory } from '../domain/directory.js';
import type { Finding, KnownKey, KnownTenant } from '../domain/directory.js';
import type { TenantState } from '../domain/tenant.js';
import { Remembered } from './remembered.js';

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

/** Keys and tenants in PostgreSQL, remembered. */
@Injectable()
export class PgDirectory extends Directory implements OnModuleInit, OnModuleDestroy {
  private readonly keys = new Remembered<KnownKey>(
    (ids) => this.loadKeys(ids),
    (before, after) => before.hash.equals(after.hash),
    () => new HavenError('UNAUTHENTICATED', 'The API key was revoked or rotated.'),
  );
  private readonly tenants = new Remembered<KnownTenant>(
    (ids) => this.loadTenants(ids),
    (before, after) => before.id === after.id && before.state === after.state,
    () => new HavenError('TENANT_SUSPENDED', 'The tenant is suspended or deleted.'),
  );
  private stopListening: (() => void) | undefined;

  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly notices: Notices,
    private readonly log: Log,
  ) {
    super();
  }

  key(id: string): Finding<KnownKey> {
    return this.keys.get(id);
  }

  tenant(idOrName: string): Finding<KnownTenant> {
    return this.tenants.get(idOrName);
  }

  async onModuleInit(): Promise<void> {
    this.stopListening = await this.notices.listen(ACCESS_CHANGED, (id) => {
      this.changed(id).catch((error: unknown) =>
        this.log.warn(`Whose access has changed could not be read: ${String(error)}`, PgDirectory.name),
      );
    });
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }

  /** A tenant may be remembered by its name too. */
  private async changed(id: string | undefined): Promise<void> {
    await Promise.all([this.keys.changed(id), this.tenants.changed(id), this.tenants.changed()]);
  }

  private async loadKeys(ids: readonly string[]): Promise<Map<string, KnownKey>> {
    const rows = await this.source.query<KeyRow[]>('SELECT * FROM haven.known_keys WHERE id = ANY($1)', [ids]);
    return new Map(rows.map((row) => [row.id, keyOf(row)]));
  }

  private async loadTenants(ids: readonly string[]): Promise<Map<string, KnownTenant>> {
    const rows = await this.source.query<{ wanted: string; id: string; state: TenantState }[]>(
      `SELECT wanted, t.id, t.state FROM unnest($1::text[]) AS wanted
       JOIN haven.tenants AS t ON t.name = wanted COLLATE "C" OR t.id::text = wanted`,
      [ids],
    );
    return new Map(rows.map(({ wanted, id, state }) => [wanted, { id, state }]));
  }
}

function keyOf(row: KeyRow): KnownKey {
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
