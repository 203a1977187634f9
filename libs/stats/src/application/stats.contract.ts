import { Float, ID, Int } from '@nestjs/graphql';

import { DateTime, Expose, Output } from '@haven/api';

const COUNT = { as: Float, schema: { type: 'integer' } };

@Output('CollectionStats', 'What one collection stores.')
export class CollectionStatsView {
  @Expose('Id of the tenant that the collection belongs to.', { as: ID, schema: { format: 'uuid' } })
  tenant!: string;

  @Expose('Name of the collection.')
  name!: string;

  @Expose('Number of records, not counting deleted ones. Writes are counted after a short delay.', COUNT)
  records!: number;

  @Expose(
    'Size in bytes of all stored versions of its records, as PostgreSQL writes JSON in UTF-8. ' +
      'Writes are counted after a short delay.',
    COUNT,
  )
  bytes!: number;
}

@Output('StorageStats', 'What is stored.')
export class StorageStatsView {
  @Expose('Number of collections.', COUNT)
  collections!: number;

  @Expose('Number of records, not counting deleted ones.', COUNT)
  records!: number;

  @Expose(
    'Size in bytes of all stored versions of all records, including those of deleted collections. The usage of a ' +
      'tenant (`usage`) also counts stored responses and arriving imports.',
    COUNT,
  )
  bytes!: number;

  @Expose('The largest collections by bytes, at most 100.', { as: [CollectionStatsView] })
  largest!: CollectionStatsView[];
}

@Output(
  'LatencyStats',
  'Quantiles of durations in milliseconds, interpolated from a histogram; the error is at most 10 %. ' +
    'Null if nothing was measured.',
)
export class LatencyStatsView {
  @Expose('Median.', { as: Float, nullable: true })
  p50!: number | null;

  @Expose('95 % took at most this long.', { as: Float, nullable: true })
  p95!: number | null;

  @Expose('99 % took at most this long.', { as: Float, nullable: true })
  p99!: number | null;
}

@Output('ApiStats', 'Requests by API.')
export class ApiStatsView {
  @Expose('Requests over REST.', COUNT)
  rest!: number;

  @Expose('Requests over GraphQL.', COUNT)
  graphql!: number;

  @Expose(
    'Requests that take as long as the client reads or sends: event streams, subscriptions, exports and imports.',
    COUNT,
  )
  streams!: number;
}

@Output('StatusStats', 'Requests by the class of the HTTP status.')
export class StatusStatsView {
  @Expose('Status 2xx. A GraphQL response with errors may have it, too; `errors` counts these.', COUNT)
  success!: number;

  @Expose('Status 3xx.', COUNT)
  redirect!: number;

  @Expose('Status 4xx.', COUNT)
  clientError!: number;

  @Expose('Status 5xx.', COUNT)
  serverError!: number;

  @Expose('The client disconnected before a status was sent.', COUNT)
  aborted!: number;
}

@Output('ErrorStats', 'How often one error was returned.')
export class ErrorStatsView {
  @Expose('Code from the error catalogue.')
  code!: string;

  @Expose('Number of errors; each error of a GraphQL response counts.', COUNT)
  count!: number;
}

@Output('OperationStats', 'The requests of one operation.')
export class OperationStatsView {
  @Expose('`rest` or `graphql`.', { schema: { enum: ['rest', 'graphql'] } })
  api!: string;

  @Expose(
    'Name of the operation: of a REST request its `operationId` in the OpenAPI document, of a GraphQL request its ' +
      'first field. For all tenants together, GraphQL requests are counted as `query` and `mutation`.',
  )
  name!: string;

  @Expose('Number of requests.', COUNT)
  requests!: number;

  @Expose('Sum of their durations in milliseconds.', { as: Float })
  totalMs!: number;
}

@Output('MinuteStats', 'The requests of one minute.')
export class MinuteStatsView {
  @Expose('Start of the minute.', { as: DateTime })
  minute!: string;

  @Expose('Number of requests.', COUNT)
  requests!: number;

  @Expose('Number of requests with status 4xx.', COUNT)
  clientErrors!: number;

  @Expose('Number of requests with status 5xx.', COUNT)
  serverErrors!: number;

  @Expose('Median of the durations in milliseconds; null without requests.', { as: Float, nullable: true })
  p50!: number | null;

  @Expose('Duration in milliseconds that 95 % did not exceed; null without requests.', { as: Float, nullable: true })
  p95!: number | null;

  @Expose('Duration in milliseconds that 99 % did not exceed; null without requests.', { as: Float, nullable: true })
  p99!: number | null;
}

@Output('RequestStats', 'The requests of the last hour. They are counted when they end, within five seconds.')
export class RequestStatsView {
  @Expose('Number of requests of both APIs. Probes, pages and `OPTIONS` are not counted.', COUNT)
  count!: number;

  @Expose('Requests by API.', { as: ApiStatsView })
  byApi!: ApiStatsView;

  @Expose('Requests by the class of the HTTP status.', { as: StatusStatsView })
  byStatus!: StatusStatsView;

  @Expose('Durations of requests other than streams, until the last byte was sent.', { as: LatencyStatsView })
  latencyMs!: LatencyStatsView;

  @Expose('Errors by code, the most frequent first.', { as: [ErrorStatsView] })
  errors!: ErrorStatsView[];

  @Expose('The 20 operations that took the most time together, without streams.', { as: [OperationStatsView] })
  operations!: OperationStatsView[];

  @Expose('The last 60 minutes, oldest first. The last one is still running.', { as: [MinuteStatsView] })
  minutes!: MinuteStatsView[];
}

@Output(
  'FeedMinuteStats',
  'The changes that entered the feed within one minute. A change that waited is counted when it enters the feed, with ' +
    'all the time that it waited.',
)
export class FeedMinuteStatsView {
  @Expose('Start of the minute.', { as: DateTime })
  minute!: string;

  @Expose('Number of changes that entered the feed.', COUNT)
  entered!: number;

  @Expose('Median of their times in milliseconds from writing to the feed; null if none entered.', {
    as: Float,
    nullable: true,
  })
  p50!: number | null;

  @Expose('Time in milliseconds that 95 % did not exceed; null if none entered.', { as: Float, nullable: true })
  p95!: number | null;

  @Expose('Time in milliseconds that 99 % did not exceed; null if none entered.', { as: Float, nullable: true })
  p99!: number | null;
}

@Output('FeedStats', 'How fast changes reach the feed.')
export class FeedStatsView {
  @Expose('Number of changes that entered the feed within the last hour.', COUNT)
  entered!: number;

  @Expose('Times in milliseconds from writing a change to its entry in the feed.', { as: LatencyStatsView })
  lagMs!: LatencyStatsView;

  @Expose('Number of changes that have not entered the feed yet, up to 2,000.', { as: Int })
  waiting!: number;

  @Expose('The last 60 minutes, oldest first. The last one is still running.', { as: [FeedMinuteStatsView] })
  minutes!: FeedMinuteStatsView[];
}

@Output('WebhookStats', 'How webhooks are doing.')
export class WebhookStatsView {
  @Expose('Number of active webhooks.', COUNT)
  active!: number;

  @Expose('Number of webhooks that Haven has disabled, because they kept failing or responded with 410.', COUNT)
  disabled!: number;

  @Expose('Number of changes that the webhook furthest behind its feed has not reached yet.', COUNT)
  lag!: number;

  @Expose('Number of deliveries that will be retried, or wait for an earlier one.', COUNT)
  pending!: number;

  @Expose('Number of deliveries in the log that were abandoned.', COUNT)
  dead!: number;

  @Expose('When the oldest pending delivery was added to the log; null if none is pending.', {
    as: DateTime,
    nullable: true,
  })
  oldestPendingAt!: string | null;

  @Expose('Number of attempts within the last hour.', COUNT)
  attempts!: number;

  @Expose('Number of these attempts that failed.', COUNT)
  failures!: number;
}

@Output(
  'Stats',
  'Overview of a tenant or, for operators, of all tenants: what is stored now, and what happened within the last ' +
    'hour. For a key or token that is restricted to collections, only these collections are counted, and `requests`, ' +
    '`feed` and `webhooks` are null, because they cover all collections.',
)
export class StatsView {
  @Expose('Id of the tenant; null for all tenants.', { as: ID, nullable: true, schema: { format: 'uuid' } })
  tenant!: string | null;

  @Expose('When this overview was read.', { as: DateTime })
  at!: string;

  @Expose('What is stored.', { as: StorageStatsView })
  storage!: StorageStatsView;

  @Expose('The requests of the last hour.', { as: RequestStatsView, nullable: true })
  requests!: RequestStatsView | null;

  @Expose('How fast changes reach the feed.', { as: FeedStatsView, nullable: true })
  feed!: FeedStatsView | null;

  @Expose('How webhooks are doing.', { as: WebhookStatsView, nullable: true })
  webhooks!: WebhookStatsView | null;
}
