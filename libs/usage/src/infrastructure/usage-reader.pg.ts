import { Injectable } from '@nestjs/common';

import { ADVISORY_LOCK_SEEDS, queryInTenant, UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import type { QuotaOverrides } from '../domain/quota.js';
import { UsageReader } from '../domain/usage-reader.js';
import type { Usage } from '../domain/usage-reader.js';

/**
 * Selects the usage of a tenant. Every subquery uses an index on the tenant. `haven.feed_heads` contains the totals of
 * records and their bytes, `haven.response_bytes` a few counters of stored responses, and `haven.imports` the bytes of
 * imports that are still arriving. A tenant without a row in
 * `haven.tenants` has no quotas of its own.
 */
const USAGE = `
SELECT coalesce(h.records, 0), coalesce(h.bytes, 0) - c.freed + (
    SELECT coalesce(sum(bytes), 0) FROM haven.response_bytes WHERE tenant_id = haven.current_tenant()
  ) + (
    SELECT coalesce(sum(bytes), 0) FROM haven.imports WHERE tenant_id = haven.current_tenant()
  ), c.living, c.indexes, ${ownOfTenant()}
FROM (
  SELECT ${countsOfCollections()} FROM haven.collections WHERE tenant_id = haven.current_tenant()
) AS c LEFT JOIN haven.feed_heads AS h ON h.tenant_id = haven.current_tenant()`;

/** Selects the same for some collections, including deleted ones with these names. */
const USAGE_AMONG = `
WITH shown AS (
  SELECT id, freed, deleted_at, declared_indexes, search FROM haven.collections
  WHERE tenant_id = haven.current_tenant() AND name = ANY($1::text[])
)
SELECT s.records, s.bytes - c.freed, c.living, c.indexes, ${ownOfTenant()}
FROM (SELECT ${countsOfCollections()} FROM shown) AS c, (
  SELECT coalesce(sum(records), 0) AS records, coalesce(sum(bytes), 0) AS bytes FROM haven.collection_sizes
  WHERE tenant_id = haven.current_tenant() AND collection_id IN (SELECT id FROM shown)
) AS s`;

function countsOfCollections(): string {
  return `coalesce(sum(freed), 0) AS freed, count(*) FILTER (WHERE deleted_at IS NULL) AS living,
    coalesce(sum(jsonb_array_length(declared_indexes)) FILTER (WHERE deleted_at IS NULL), 0)
      + count(search) FILTER (WHERE deleted_at IS NULL) AS indexes`;
}

/** Returns the columns with what belongs to the tenant as a whole: the number of its keys, and its own quotas. */
function ownOfTenant(): string {
  return `(
    SELECT count(*) FROM haven.api_keys WHERE tenant_id = haven.current_tenant() AND revoked_at IS NULL
  ), (SELECT quotas FROM haven.tenants WHERE id = haven.current_tenant() AND state <> 'deleting')`;
}

const LOCK_KEY = `hashtextextended('quota/' || haven.current_tenant() || $1, ${ADVISORY_LOCK_SEEDS.quota})`;
const LOCK = `SELECT pg_advisory_xact_lock(${LOCK_KEY})`;

/** Reads usage from PostgreSQL. */
@Injectable()
export class PgUsageReader extends UsageReader {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async read(caller: Caller, tenantId: string, among?: ReadonlySet<string>): Promise<Usage | null> {
    const statement =
      among === undefined
        ? { name: 'usage', text: USAGE, values: [] }
        : { name: 'usage.among', text: USAGE_AMONG, values: [[...among]] };
    const [row] = await queryInTenant(this.uow, caller, tenantId, statement);
    const [records, bytes, collections, indexes, keys, own = null] = row ?? [];
    if (own === null && tenantId !== caller.tenantId) return null;
    const used = {
      collections: Number(collections),
      records: Number(records),
      bytes: Number(bytes),
      keys: Number(keys),
      indexes: Number(indexes),
    };
    return { used, own: JSON.parse(own ?? '{}') as QuotaOverrides };
  }

  async lockQuota(caller: Caller, tenantId: string, name: 'collections' | 'keys' | 'indexes'): Promise<void> {
    await queryInTenant(this.uow, caller, tenantId, { name: 'quota.hold', text: LOCK, values: [`/${name}`] });
  }
}
