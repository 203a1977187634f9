import { burnAlerts, HAVEN } from './objectives.ts';
import type { Alert } from './objectives.ts';

const REQUESTS = 'http_server_request_duration_seconds_count';
const PROBES = `${HAVEN},http_route="/readyz"`;
const OPERATIONS = 'db_client_operation_duration_seconds_count';

/**
 * SQLSTATE classes of connection, resource, operator intervention, system and internal errors, and error codes of the
 * operating system, such as `ETIMEDOUT`. Conflicts, which are retried, are not included.
 */
const BROKEN = 'error_type=~"(08|53|57|58|XX).*|E[A-Z]+|_OTHER"';

/**
 * The alerts. `when` contains expressions with their limits; all of these conditions must hold for `wait` before the
 * alert fires. The severity `page` requires immediate action, `ticket` can wait until the next day. docs/alerts.md
 * describes what to do for each alert.
 */
export const alerts: readonly Alert[] = [
  ...burnAlerts,
  {
    alert: 'HavenGone',
    severity: 'page',
    wait: '1m',
    when: [[`count(up{${HAVEN}} == 1) or vector(0)`, '< 1']],
    summary: 'No Haven instance responds',
    description: 'Prometheus cannot read the metrics of any Haven instance.',
  },
  {
    alert: 'HavenDown',
    severity: 'ticket',
    wait: '5m',
    when: [[`up{${HAVEN}}`, '== 0']],
    summary: '{{ $labels.instance }} does not respond',
    description: 'Prometheus has not been able to read the metrics of {{ $labels.instance }} for 5 minutes.',
  },
  {
    alert: 'HavenNotReady',
    severity: 'page',
    wait: '2m',
    when: [
      [
        `sum by (instance) (rate(${REQUESTS}{${PROBES},http_response_status_code="503"}[2m])) / sum by (instance) (rate(${REQUESTS}{${PROBES}}[2m]))`,
        '> 0.5',
      ],
    ],
    summary: '{{ $labels.instance }} is not ready',
    description: '{{ $value | humanizePercentage }} of the readiness probes of {{ $labels.instance }} failed with 503.',
  },
  {
    alert: 'HavenInternalErrors',
    severity: 'ticket',
    wait: '0s',
    when: [[`sum(increase(haven_errors_total{${HAVEN},error_type="INTERNAL"}[10m]))`, '> 0']],
    summary: 'Haven had unexpected errors',
    description:
      '{{ $value | humanize }} responses within 10 minutes were INTERNAL: a bug in Haven, or a fault of its database.',
  },
  {
    alert: 'HavenOverloaded',
    severity: 'ticket',
    wait: '5m',
    when: [
      [
        `sum by (instance) (rate(haven_errors_total{${HAVEN},error_type="OVERLOADED"}[5m])) / sum by (instance) (rate(${REQUESTS}{${HAVEN}}[5m]))`,
        '> 0.01',
      ],
    ],
    summary: '{{ $labels.instance }} sheds load',
    description:
      '{{ $value | humanizePercentage }} of the requests to {{ $labels.instance }} are rejected as OVERLOADED.',
  },
  {
    alert: 'HavenEventLoopLate',
    severity: 'ticket',
    wait: '5m',
    when: [[`nodejs_eventloop_delay_p99_seconds{${HAVEN}}`, '> 0.25']],
    summary: 'The event loop of {{ $labels.instance }} is delayed',
    description: 'The p99 of the event loop delay was {{ $value | humanizeDuration }} within the last minute.',
  },
  {
    alert: 'HavenDatabasePoolExhausted',
    severity: 'ticket',
    wait: '5m',
    when: [
      [
        `histogram_quantile(0.95, sum by (instance, le) (rate(db_client_connection_wait_time_seconds_bucket{${HAVEN}}[5m])))`,
        '> 0.1',
      ],
    ],
    summary: 'Requests of {{ $labels.instance }} wait for database connections',
    description: 'The p95 of the wait time for a connection to PostgreSQL is {{ $value | humanizeDuration }}.',
  },
  {
    alert: 'HavenConnectionsRefused',
    severity: 'ticket',
    wait: '5m',
    when: [[`sum by (instance, haven_budget) (rate(haven_database_refused_total{${HAVEN}}[5m]))`, '> 0.1']],
    summary: '{{ $labels.instance }} refuses transactions',
    description:
      '{{ $value | humanize }} transactions a second get no database connection in time; the budget that is used up: ' +
      '{{ $labels.haven_budget }}.',
  },
  {
    alert: 'HavenDatabaseErrors',
    severity: 'page',
    wait: '2m',
    when: [
      [
        `sum by (instance) (rate(${OPERATIONS}{${HAVEN},${BROKEN}}[5m])) / sum by (instance) (rate(${OPERATIONS}{${HAVEN}}[5m]))`,
        '> 0.05',
      ],
    ],
    summary: 'Database operations of {{ $labels.instance }} fail',
    description: '{{ $value | humanizePercentage }} of the round trips fail because of the connection or the server.',
  },
  {
    alert: 'HavenWritesUnavailable',
    severity: 'page',
    wait: '1m',
    when: [[`min(haven_writes_available{${HAVEN}})`, '< 1']],
    summary: 'Haven cannot write to its database',
    description:
      'For a minute, at least one instance has found that its database is read-only, out of disk space, locked or unreachable.',
  },
  {
    alert: 'HavenFeedLate',
    severity: 'ticket',
    wait: '5m',
    when: [[`histogram_quantile(0.99, sum by (le) (rate(haven_feed_lag_seconds_bucket{${HAVEN}}[5m])))`, '> 5']],
    summary: 'Changes reach the feed late',
    description: 'The p99 of the time from a change to its entry in the feed is {{ $value | humanizeDuration }}.',
  },
  {
    alert: 'HavenFeedStalled',
    severity: 'page',
    wait: '5m',
    when: [
      [
        `sum(rate(haven_feed_entered_total{${HAVEN}}[10m])) / sum(rate(haven_events_appended_total{${HAVEN}}[10m]))`,
        '< 0.5',
      ],
    ],
    summary: 'Changes do not reach the feed',
    description:
      'Only {{ $value | humanizePercentage }} of the changes of the last 10 minutes have been entered into the feed.',
  },
  {
    alert: 'HavenFeedWithoutLeader',
    severity: 'page',
    wait: '30s',
    when: [[`max(haven_feed_stalled_seconds{${HAVEN}})`, '> 10']],
    summary: 'No changes reach the feed',
    description:
      'Changes have waited for {{ $value | humanizeDuration }}, and no process enters them in the feed: there is no ' +
      'leader, or it does not work.',
  },
  {
    alert: 'HavenWebhooksBehind',
    severity: 'ticket',
    wait: '5m',
    when: [[`max(haven_webhook_oldest_pending_seconds{${HAVEN}})`, '> 900']],
    summary: 'Deliveries to webhooks are delayed',
    description: 'The oldest pending delivery has been waiting for {{ $value | humanizeDuration }}.',
  },
  {
    alert: 'HavenWebhooksFailing',
    severity: 'ticket',
    wait: '15m',
    when: [
      [
        `sum(rate(haven_webhook_attempts_total{${HAVEN},haven_webhook_result!="delivered"}[15m])) / sum(rate(haven_webhook_attempts_total{${HAVEN}}[15m]))`,
        '> 0.5',
      ],
    ],
    summary: 'Most attempts to deliver to webhooks fail',
    description: '{{ $value | humanizePercentage }} of the attempts of the last 15 minutes failed.',
  },
  {
    alert: 'HavenWebhooksDead',
    severity: 'ticket',
    wait: '0s',
    when: [[`max(delta(haven_webhook_dead{${HAVEN}}[1h]))`, '>= 1']],
    summary: 'Deliveries to webhooks were abandoned',
    description: '{{ $value | humanize }} more deliveries are dead than an hour ago.',
  },
  {
    alert: 'HavenWebhooksDisabled',
    severity: 'ticket',
    wait: '0s',
    when: [[`max(haven_webhook_disabled{${HAVEN}})`, '>= 1']],
    summary: 'Webhooks are disabled',
    description:
      '{{ $value | humanize }} webhooks receive nothing any more, because their receivers failed for too long or are gone.',
  },
  {
    alert: 'HavenBackupLate',
    severity: 'ticket',
    wait: '1h',
    when: [
      [
        `(time() - max(haven_backup_newest_timestamp_seconds{${HAVEN}})) / max(haven_backup_interval_seconds{${HAVEN}})`,
        '> 2',
      ],
    ],
    summary: 'Scheduled backups are late',
    description: 'The newest scheduled backup is older than twice backup.every, or there is none.',
  },
];
