import { burnAlerts, HAVEN } from './objectives.ts';
import type { Alert } from './objectives.ts';

const REQUESTS = 'http_server_request_duration_seconds_count';
const PROBES = `${HAVEN},http_route="/readyz"`;
const OPERATIONS = 'db_client_operation_duration_seconds_count';

/** SQLSTATE's classes for connections, resources, interventions, the system and what should not be; not conflicts, which are tried again. */
const BROKEN = 'error_type=~"(08|53|57|58|XX).*|_OTHER"';

/**
 * When somebody is told. `when` has expressions, each with what it must not be; all of them hold for `wait` before it fires. A `page` wakes
 * somebody up, a `ticket` waits until morning. What to do stands in docs/alerts.md, under the alert's name.
 */
export const alerts: readonly Alert[] = [
  ...burnAlerts,
  {
    alert: 'HavenGone',
    severity: 'page',
    wait: '1m',
    when: [[`count(up{${HAVEN}} == 1) or vector(0)`, '< 1']],
    summary: 'No Haven answers',
    description: 'Prometheus reads the metrics of no Haven at all.',
  },
  {
    alert: 'HavenDown',
    severity: 'ticket',
    wait: '5m',
    when: [[`up{${HAVEN}}`, '== 0']],
    summary: '{{ $labels.instance }} does not answer',
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
    description:
      '{{ $value | humanizePercentage }} of the readiness probes of {{ $labels.instance }} were answered with 503.',
  },
  {
    alert: 'HavenInternalErrors',
    severity: 'ticket',
    wait: '0s',
    when: [[`sum(increase(haven_errors_total{${HAVEN},error_type="INTERNAL"}[10m]))`, '> 0']],
    summary: 'Haven met an error that nobody foresaw',
    description:
      '{{ $value | humanize }} answers within 10 minutes were INTERNAL: a fault of Haven, or of its database.',
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
      '{{ $value | humanizePercentage }} of the requests to {{ $labels.instance }} are refused as OVERLOADED.',
  },
  {
    alert: 'HavenEventLoopLate',
    severity: 'ticket',
    wait: '5m',
    when: [[`nodejs_eventloop_delay_p99_seconds{${HAVEN}}`, '> 0.25']],
    summary: 'The event loop of {{ $labels.instance }} is late',
    description: 'One in a hundred steps began {{ $value | humanizeDuration }} late or later within the last minute.',
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
    summary: 'Work waits for connections of {{ $labels.instance }}',
    description: 'One in twenty waits {{ $value | humanizeDuration }} or longer for a connection to PostgreSQL.',
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
    summary: 'PostgreSQL fails {{ $labels.instance }}',
    description:
      '{{ $value | humanizePercentage }} of the round trips fail for reasons of the connection or the server.',
  },
  {
    alert: 'HavenFeedLate',
    severity: 'ticket',
    wait: '5m',
    when: [[`histogram_quantile(0.99, sum by (le) (rate(haven_feed_lag_seconds_bucket{${HAVEN}}[5m])))`, '> 5']],
    summary: 'Changes reach the feed late',
    description: 'One in a hundred changes takes {{ $value | humanizeDuration }} or longer to its place in the feed.',
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
      'Only {{ $value | humanizePercentage }} of the changes of the last 10 minutes have got their place in the feed.',
  },
  {
    alert: 'HavenWebhooksBehind',
    severity: 'ticket',
    wait: '5m',
    when: [[`max(haven_webhook_oldest_pending_seconds{${HAVEN}})`, '> 900']],
    summary: 'Deliveries to webhooks wait',
    description: 'The oldest delivery that is under way has waited {{ $value | humanizeDuration }}.',
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
    description: '{{ $value | humanizePercentage }} of the attempts of 15 minutes did not deliver.',
  },
  {
    alert: 'HavenWebhooksDead',
    severity: 'ticket',
    wait: '0s',
    when: [[`max(delta(haven_webhook_dead{${HAVEN}}[1h]))`, '>= 1']],
    summary: 'Deliveries to webhooks were given up',
    description: '{{ $value | humanize }} more deliveries are dead than an hour ago.',
  },
  {
    alert: 'HavenWebhooksDisabled',
    severity: 'ticket',
    wait: '0s',
    when: [[`max(haven_webhook_disabled{${HAVEN}})`, '>= 1']],
    summary: 'Webhooks are disabled',
    description:
      '{{ $value | humanize }} webhooks get nothing any more, because their receivers failed for too long or are gone.',
  },
];
