import { Injectable } from '@nestjs/common';

import { ADVISORY_LOCK_SEEDS, queryInTenant, UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import type { QuotaOverrides } from '../domain/quota.js';
import { UsageReader } from '../domain/usage-reader.js';
import type { Usage } from '../domain/usage-reader.js';

/**
 * Selects the usage of a tenant. Every subquery uses an index on the tenant, and `haven.feed_heads` contains the totals
 * of records and bytes. Documents of imports that are still arriving count too. A tenant without a row in
 * `haven.tenants` has no quotas of its own.
 */
const USAGE = `
SELECT coalesce(h.records, 0), coalesce(h.bytes, 0) - c.freed + (
    SELECT coalesce(sum(bytes), 0) FROM haven.imports WHERE tenant_id = haven.current_tenant()
  ), c.living, (
    SELECT count(*) FROM haven.api_keys WHERE tenant_id = haven.current_tenant() AND revoked_at IS NULL
  ), (SELECT quotas FROM haven.tenants WHERE id = haven.current_tenant() AND state <> 'deleting')
FROM (
  SELECT coalesce(sum(freed), 0) AS freed, count(*) FILTER (WHERE deleted_at IS NULL) AS living
  FROM haven.collections WHERE tenant_id = haven.current_tenant()
) AS c LEFT JOIN haven.feed_heads AS h ON h.tenant_id = haven.current_tenant()`;

const LOCK_KEY = `hashtextextended('quota/' || haven.current_tenant() || $1, ${ADVISORY_LOCK_SEEDS.quota})`;
const LOCK = `SELECT pg_advisory_xact_lock(${LOCK_KEY})`;

/** Reads usage from PostgreSQL. */
@Injectable()
export class PgUsageReader extends UsageReader {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async read(caller: Caller, tenantId: string): Promise<Usage | null> {
    const [row] = await queryInTenant(this.uow, caller, tenantId, { name: 'usage', text: USAGE, values: [] });
    const [records, bytes, collections, keys, own = null] = row ?? [];
    if (own === null && tenantId !== caller.tenantId) return null;
    const used = {
      collections: Number(collections),
      records: Number(records),
      bytes: Number(bytes),
      keys: Number(keys),
    };
    return { used, own: JSON.parse(own ?? '{}') as QuotaOverrides };
  }

  async lockQuota(caller: Caller, tenantId: string, name: 'collections' | 'keys'): Promise<void> {
    await queryInTenant(this.uow, caller, tenantId, { name: 'quota.hold', text: LOCK, values: [`/${name}`] });
  }
}
