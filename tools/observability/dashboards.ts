import type { Dashboard } from './grafana.ts';
import { by, I, OPERATIONS, quantile, quantiles, rate, rateOf, WAITS } from './series.ts';
import { service } from './service.ts';

/**
 * The dashboards: rows of panels with title, unit (Grafana's names) and queries by legend. The number of label values
 * is bounded, so there are no panels per tenant, collection or webhook; use the log and the API for these.
 */
export const dashboards: readonly Dashboard[] = [
  service,
  {
    file: 'database',
    title: 'Haven: database',
    rows: {
      'Round trips': [
        {
          title: 'By name',
          unit: 'ops',
          queries: { '{{db_operation_name}}': by('db_operation_name', `${OPERATIONS}_count{${I}}`) },
        },
        {
          title: 'Time spent, by name',
          unit: 's',
          queries: { '{{db_operation_name}}': by('db_operation_name', `${OPERATIONS}_sum{${I}}`) },
        },
        {
          title: 'Duration by name, p95',
          unit: 's',
          queries: { '{{db_operation_name}}': quantile(0.95, ', db_operation_name', `${OPERATIONS}_bucket{${I}}`) },
        },
        {
          title: 'Errors by SQLSTATE',
          unit: 'ops',
          queries: { '{{error_type}}': by('error_type', `${OPERATIONS}_count{${I},error_type!=""}`) },
        },
      ],
      Pool: [
        {
          title: 'Connections',
          unit: 'none',
          queries: {
            '{{instance}}, {{db_client_connection_state}}': `db_client_connection_count{${I}}`,
            '{{instance}}, limit': `db_client_connection_limit{${I}}`,
          },
        },
        {
          title: 'Waiting for a connection',
          unit: 'none',
          queries: { '{{instance}}': `db_client_connection_pending_requests{${I}}` },
        },
        { title: 'Wait time for a connection', unit: 's', queries: quantiles(`${WAITS}_bucket{${I}}`) },
      ],
      Caches: [
        {
          title: 'Cache hit ratio',
          unit: 'percentunit',
          queries: {
            '{{haven_cache_name}}': `${by('haven_cache_name', `haven_cache_lookups_total{${I},haven_cache_result="hit"}`)} / ${by('haven_cache_name', `haven_cache_lookups_total{${I}}`)}`,
          },
        },
      ],
    },
  },
  {
    file: 'tenants',
    title: 'Haven: tenants',
    rows: {
      Rejected: [
        {
          title: 'By rate limits',
          unit: 'reqps',
          queries: { '{{haven_limit}}': by('haven_limit', `haven_rate_limit_denials_total{${I}}`) },
        },
        { title: 'By quotas', unit: 'ops', queries: { quota: rateOf('QUOTA_EXCEEDED') } },
        {
          title: 'By authentication or scope',
          unit: 'ops',
          queries: {
            '{{error_type}}': by(
              'error_type',
              `haven_errors_total{${I},error_type=~"UNAUTHENTICATED|FORBIDDEN|TENANT_SUSPENDED"}`,
            ),
          },
        },
      ],
      Work: [
        {
          title: 'Changes by kind',
          unit: 'ops',
          queries: { '{{haven_event_type}}': by('haven_event_type', `haven_events_appended_total{${I}}`) },
        },
        {
          title: 'Lines imported',
          unit: 'ops',
          queries: { '{{haven_import_outcome}}': by('haven_import_outcome', `haven_import_rows_total{${I}}`) },
        },
        {
          title: 'Retries with a replayed response',
          unit: 'reqps',
          queries: { retries: `sum(${rate(`haven_idempotency_replays_total{${I}}`)})` },
        },
      ],
    },
  },
  {
    file: 'feed-and-webhooks',
    title: 'Haven: feed and webhooks',
    rows: {
      Feed: [
        {
          title: 'Changes written, and entered into the feed',
          unit: 'ops',
          queries: {
            written: `sum(${rate(`haven_events_appended_total{${I}}`)})`,
            'in the feed': `sum(${rate(`haven_feed_entered_total{${I}}`)})`,
          },
        },
        { title: 'Time from write to feed', unit: 's', queries: quantiles(`haven_feed_lag_seconds_bucket{${I}}`) },
        { title: 'Subscribers', unit: 'none', queries: { '{{instance}}': `haven_feed_subscribers{${I}}` } },
      ],
      Webhooks: [
        {
          title: 'Attempts by result',
          unit: 'ops',
          queries: { '{{haven_webhook_result}}': by('haven_webhook_result', `haven_webhook_attempts_total{${I}}`) },
        },
        {
          title: 'Deliveries',
          unit: 'none',
          queries: { pending: `max(haven_webhook_pending{${I}})`, dead: `max(haven_webhook_dead{${I}})` },
        },
        {
          title: 'Age of the oldest pending delivery',
          unit: 's',
          queries: { oldest: `max(haven_webhook_oldest_pending_seconds{${I}})` },
        },
        { title: 'Behind the feed', unit: 'none', queries: { behind: `max(haven_webhook_lag{${I}})` } },
        { title: 'Disabled webhooks', unit: 'none', queries: { disabled: `max(haven_webhook_disabled{${I}})` } },
      ],
    },
  },
];
