import { Injectable } from '@nestjs/common';

import { pipelineInTenant, toRfc3339, UnitOfWork } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import { WAITING_EVENTS } from '@haven/events';
import type { Caller } from '@haven/kernel';

import { StatsReader } from '../domain/stats-reader.js';
import type { CollectionSize, StatsScope, StoredActivity, StoredMinute, StoredSizes } from '../domain/stats-reader.js';

/** Number of collections of which the sizes are returned. */
const MAX_COLLECTIONS = 100;

/** Reads the overview from PostgreSQL. */
@Injectable()
export class PgStatsReader extends StatsReader {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async sizes(caller: Caller, scope: StatsScope): Promise<StoredSizes | null> {
    const among = scope !== 'all' && scope.among ? [...scope.among] : null;
    const statements = scope === 'all' ? SIZES_OF_ALL : sizesOfTenant(among);
    const [[totals = []] = [], collections = []] = await this.read(caller, scope, statements);
    const [now, count, records, bytes, exists] = totals;
    if (exists !== 't' && scope !== 'all' && scope.tenant !== caller.tenantId) return null;
    return {
      now: new Date(toRfc3339(now ?? '')),
      collections: Number(count),
      records: Number(records),
      bytes: Number(bytes),
      largest: collections.map(toCollectionSize),
    };
  }

  async activity(caller: Caller, scope: StatsScope): Promise<StoredActivity> {
    const statements = scope === 'all' ? ACTIVITY_OF_ALL : ACTIVITY_OF_TENANT;
    const [minutes = [], [feed = []] = [], [webhooks = []] = []] = await this.read(caller, scope, statements);
    const [now, waiting] = feed;
    const [active, disabled, pending, dead, oldest = null, lag] = webhooks;
    return {
      now: new Date(toRfc3339(now ?? '')),
      minutes: minutes.map(toMinute),
      waiting: Number(waiting),
      webhooks: {
        active: Number(active),
        disabled: Number(disabled),
        lag: Math.max(0, Number(lag ?? 0)),
        pending: Number(pending),
        dead: Number(dead),
        oldestPending: oldest === null ? null : new Date(toRfc3339(oldest)),
      },
    };
  }

  private read(caller: Caller, scope: StatsScope, statements: Statement[]): Promise<TextRow[][]> {
    const tenant = scope === 'all' ? caller.tenantId : scope.tenant;
    return pipelineInTenant(this.uow, caller, tenant, ...statements);
  }
}

function toCollectionSize([tenant, name, records, bytes]: TextRow): CollectionSize {
  return { tenant: String(tenant), name: String(name), records: Number(records), bytes: Number(bytes) };
}

function toMinute([minute, counts]: TextRow): StoredMinute {
  // `haven.add_activity` writes only objects of numbers
  const parsed = JSON.parse(counts ?? '{}') as StoredMinute['counts'];
  return { minute: new Date(toRfc3339(minute ?? '')), counts: parsed };
}

/** Selects the sizes of the tenant's collections; with `$1`, of those with these names. */
const OF_TENANT = `
FROM haven.collections AS c
LEFT JOIN haven.collection_sizes AS s ON s.tenant_id = haven.current_tenant() AND s.collection_id = c.id
WHERE c.tenant_id = haven.current_tenant() AND ($1::text[] IS NULL OR c.name = ANY($1))`;

function sizesOfTenant(among: string[] | null): Statement[] {
  return [
    {
      name: 'stats.sizes',
      text: `SELECT now(), count(*) FILTER (WHERE c.deleted_at IS NULL), coalesce(sum(s.records), 0),
          coalesce(sum(s.bytes), 0) - coalesce(sum(c.freed), 0), EXISTS (
            SELECT FROM haven.tenants WHERE id = haven.current_tenant() AND state <> 'deleting'
          ) ${OF_TENANT}`,
      values: [among],
    },
    {
      name: 'stats.collections',
      text: `SELECT c.tenant_id, c.name, coalesce(s.records, 0), coalesce(s.bytes, 0) - c.freed AS bytes ${OF_TENANT}
          AND c.deleted_at IS NULL
        ORDER BY bytes DESC, c.name COLLATE "C" LIMIT ${MAX_COLLECTIONS}`,
      values: [among],
    },
  ];
}

const SIZES_OF_ALL: Statement[] = [
  {
    name: 'stats.allSizes',
    text: `SELECT now(), count(*) FILTER (WHERE is_living), coalesce(sum(records), 0), coalesce(sum(bytes), 0)
      FROM haven.sizes_of_all_tenants`,
    values: [],
  },
  {
    name: 'stats.allCollections',
    text: `SELECT tenant_id, name, records, bytes FROM haven.sizes_of_all_tenants WHERE is_living
      ORDER BY bytes DESC, tenant_id, name COLLATE "C" LIMIT ${MAX_COLLECTIONS}`,
    values: [],
  },
];

/** The first of the 60 minutes; the last one is still running. */
const SINCE = "minute > date_trunc('minute', now()) - interval '1 hour'";

const ACTIVITY_OF_TENANT: Statement[] = [
  {
    name: 'stats.minutes',
    text: `SELECT minute, counts FROM haven.tenant_activity WHERE tenant_id = haven.current_tenant() AND ${SINCE}`,
    values: [],
  },
  {
    name: 'stats.waiting',
    text: `SELECT now(), count(*) FROM (${WAITING_EVENTS}) AS waiting WHERE tenant_id = haven.current_tenant()`,
    values: [],
  },
  {
    name: 'stats.webhooks',
    text: `SELECT count(*) FILTER (WHERE w.state = 'active'), count(*) FILTER (WHERE w.state = 'disabled'),
        (SELECT count(*) FROM haven.webhook_deliveries WHERE tenant_id = haven.current_tenant() AND state IN ('retrying', 'held')),
        (SELECT count(*) FROM haven.webhook_deliveries WHERE tenant_id = haven.current_tenant() AND state = 'dead'),
        (SELECT min(created_at) FROM haven.webhook_deliveries
          WHERE tenant_id = haven.current_tenant() AND state IN ('retrying', 'held')),
        max(coalesce(h.seq, 0) - l.position) FILTER (WHERE w.state = 'active')
      FROM haven.webhooks AS w
      LEFT JOIN haven.webhook_lanes AS l ON l.tenant_id = haven.current_tenant() AND l.webhook_id = w.id
      LEFT JOIN haven.feed_heads AS h ON h.tenant_id = haven.current_tenant()
      WHERE w.tenant_id = haven.current_tenant()`,
    values: [],
  },
];

const ACTIVITY_OF_ALL: Statement[] = [
  { name: 'stats.allMinutes', text: `SELECT minute, counts FROM haven.total_activity WHERE ${SINCE}`, values: [] },
  { name: 'stats.allWaiting', text: `SELECT now(), count(*) FROM (${WAITING_EVENTS}) AS waiting`, values: [] },
  {
    name: 'stats.allWebhooks',
    text: 'SELECT active, disabled, pending, dead, oldest, lag FROM haven.webhook_totals',
    values: [],
  },
];
