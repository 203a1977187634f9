import { Float, ID } from '@nestjs/graphql';

import { Expose, Output } from '@haven/api';

@Output('QuotaUsage', 'Usage and limit of one quota of a tenant.')
export class QuotaUsageView {
  @Expose('Amount in use.', { as: Float, schema: { type: 'integer' } })
  used: number;

  @Expose('Maximum amount; null: unlimited.', { as: Float, nullable: true, schema: { type: 'integer' } })
  limit: number | null;

  constructor(used: number, limit: number) {
    this.used = used;
    this.limit = limit === Infinity ? null : limit;
  }
}

@Output(
  'Usage',
  'Usage of a tenant, for each of its quotas. For a key or token that is restricted to collections, only these ' +
    'collections are counted, with their records, bytes and indexes; the limits are those of the tenant.',
)
export class UsageView {
  @Expose('Id of the tenant.', { as: ID, schema: { format: 'uuid' } })
  tenant!: string;

  @Expose('Number of collections.', { as: QuotaUsageView })
  collections!: QuotaUsageView;

  @Expose('Number of records, not counting deleted ones. Writes are counted after a short delay.', {
    as: QuotaUsageView,
  })
  records!: QuotaUsageView;

  @Expose(
    'Size in bytes of all stored versions of all records, as PostgreSQL writes JSON in UTF-8, and of the responses ' +
      'stored for requests with an `Idempotency-Key`. Writes of records are counted after a short delay.',
    { as: QuotaUsageView },
  )
  bytes!: QuotaUsageView;

  @Expose('Number of API keys that are not revoked.', { as: QuotaUsageView })
  keys!: QuotaUsageView;

  @Expose('Number of indexes that the collections declare.', { as: QuotaUsageView })
  indexes!: QuotaUsageView;
}
