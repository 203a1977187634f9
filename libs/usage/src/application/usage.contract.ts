import { Float, ID } from '@nestjs/graphql';

import { Expose, Output } from '@haven/api';

/** How much there is of something, and may be. */
@Output('QuotaUsage', 'How much a tenant has of something, and may have.')
export class QuotaUsageView {
  @Expose('How much there is.', { as: Float, schema: { type: 'integer' } })
  used: number;

  @Expose('How much there may be; null: any amount.', { as: Float, nullable: true, schema: { type: 'integer' } })
  limit: number | null;

  constructor(used: number, limit: number) {
    this.used = used;
    this.limit = limit === Infinity ? null : limit;
  }
}

/** What a tenant has. */
@Output('Usage', 'What a tenant has of what its quotas limit.')
export class UsageView {
  @Expose('The tenant.', { as: ID, schema: { format: 'uuid' } })
  tenant!: string;

  @Expose('Collections.', { as: QuotaUsageView })
  collections!: QuotaUsageView;

  @Expose('Records that live; a moment behind what is written.', { as: QuotaUsageView })
  records!: QuotaUsageView;

  @Expose(
    'The text of all kept versions of all records, as PostgreSQL writes JSON in UTF-8; a moment behind what is written.',
    { as: QuotaUsageView },
  )
  bytes!: QuotaUsageView;

  @Expose('API keys that are not revoked.', { as: QuotaUsageView })
  keys!: QuotaUsageView;
}
