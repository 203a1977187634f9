import { Injectable } from '@nestjs/common';

import type { Caller, Scope } from '@haven/kernel';
import { instantOf, queryInTenant, UnitOfWork } from '@haven/platform';
import type { TextRow } from '@haven/platform';

import type { ApiKey } from '../domain/api-key.js';
import { ApiKeys } from '../domain/api-keys.js';
import type { KeyPlace } from '../domain/api-keys.js';

const COLUMNS = `id, name, array_to_json(scopes), array_to_json(collections), created_at, expires_at, last_used_at, revoked_at,
  CASE WHEN previous_until > now() THEN previous_until END`;

/** API keys in PostgreSQL. */
@Injectable()
export class PgApiKeys extends ApiKeys {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async add(caller: Caller, tenantId: string, key: ApiKey, hash: Buffer): Promise<void> {
    const { id, name, scopes, collections, createdAt, expiresAt } = key;
    await this.within(
      caller,
      tenantId,
      'keys.add',
      `INSERT INTO haven.api_keys (id, name, scopes, collections, hash, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, name, scopes, collections, hash, createdAt, expiresAt],
    );
  }

  async find(caller: Caller, tenantId: string, id: string): Promise<ApiKey | null> {
    const text = `SELECT ${COLUMNS} FROM haven.api_keys WHERE tenant_id = haven.current_tenant() AND id = $1`;
    const [row] = await this.within(caller, tenantId, 'keys.find', text, [id]);
    return row ? keyOf(row) : null;
  }

  async list(caller: Caller, tenantId: string, after: KeyPlace, limit: number): Promise<ApiKey[]> {
    const rows = await this.within(
      caller,
      tenantId,
      'keys.list',
      `SELECT ${COLUMNS} FROM haven.api_keys
       WHERE tenant_id = haven.current_tenant() AND (created_at, id) > ($1::timestamptz, $2) ORDER BY created_at, id LIMIT $3`,
      [after.createdAt, after.id, limit],
    );
    return rows.map(keyOf);
  }

  async count(caller: Caller, tenantId: string, live?: 'live'): Promise<number> {
    const text = `SELECT count(*) FROM haven.api_keys
      WHERE tenant_id = haven.current_tenant() AND ($1 OR (revoked_at IS NULL AND (expires_at > now()) IS NOT false))`;
    const [row] = await this.within(caller, tenantId, 'keys.count', text, [live === undefined]);
    return Number(row?.[0]);
  }

  async revoke(caller: Caller, tenantId: string, id: string): Promise<boolean> {
    const text = `UPDATE haven.api_keys SET revoked_at = now()
      WHERE tenant_id = haven.current_tenant() AND id = $1 AND revoked_at IS NULL RETURNING id`;
    return (await this.within(caller, tenantId, 'keys.revoke', text, [id])).length > 0;
  }

  async rotate(caller: Caller, tenantId: string, id: string, hash: Buffer, until: Date): Promise<ApiKey | null> {
    const text = `UPDATE haven.api_keys SET previous_hash = hash, previous_until = $3, hash = $2
      WHERE tenant_id = haven.current_tenant() AND id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}`;
    const [row] = await this.within(caller, tenantId, 'keys.rotate', text, [id, hash, until]);
    return row ? keyOf(row) : null;
  }

  private within(caller: Caller, tenantId: string, name: string, text: string, values: unknown[]): Promise<TextRow[]> {
    return queryInTenant(this.uow, caller, tenantId, { name, text, values });
  }
}

function keyOf(row: TextRow): ApiKey {
  const [id = '', name = '', scopes, collections, createdAt, expiresAt, lastUsedAt, revokedAt, previousUntil] = row;
  return {
    id: String(id),
    name: String(name),
    scopes: JSON.parse(scopes ?? '[]') as Scope[],
    collections: JSON.parse(collections ?? 'null') as string[] | null,
    createdAt: timeOf(createdAt) ?? new Date(0),
    expiresAt: timeOf(expiresAt),
    lastUsedAt: timeOf(lastUsedAt),
    revokedAt: timeOf(revokedAt),
    previousUntil: timeOf(previousUntil),
  };
}

function timeOf(text: string | null | undefined): Date | null {
  return text == null ? null : new Date(instantOf(text));
}
