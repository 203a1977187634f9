/** Selects the series of Haven, because other services have the same metric names by OpenTelemetry's conventions. */
export const HAVEN = 'job="haven"';

/** An alert, declared in tools/observability/alerts.ts. */
export interface Alert {
  alert: string;
  severity: string;
  labels?: Record<string, string>;
  /** How long the conditions must hold before the alert fires. */
  wait: string;
  /** Expressions, each with the comparison that must hold. */
  when: string[][];
  summary: string;
  description: string;
}

/** Selects requests to the two APIs, without probes, pages and `/metrics`. */
const API_REQUESTS = `${HAVEN},http_route=~"/graphql|/api/.*"`;

/** Excludes requests whose duration depends on their size or on another server, for which a limit is meaningless. */
const BOUNDED = 'http_route!~".*/(import|export|batch|changes|test)"';

/** The codes of the catalogue with a status of 500 or more. */
const FAILURES = 'error_type=~"INTERNAL|UNAVAILABLE|OVERLOADED|SEARCH_BUILDING|QUERY_TIMEOUT"';

const REQUESTS = 'http_server_request_duration_seconds';
const PROMPT = `${API_REQUESTS},${BOUNDED},http_response_status_code!~"5.."`;

/**
 * The service level objectives (docs/service-levels.md). The limit of the latency is a boundary of the histogram's
 * buckets, so that the fraction is exact. `bad` returns the fraction of bad requests over a window.
 */
export const objectives = [
  {
    name: 'availability',
    alert: 'HavenAvailabilityBudgetBurns',
    statement: '99.9 % of the requests succeed',
    budget: 0.001,
    badMeans: 'fail',
    // One GraphQL response may contain several errors, so this is an upper bound.
    bad: (window: string) =>
      `clamp_max(sum(rate(haven_errors_total{${HAVEN},${FAILURES}}[${window}])) / sum(rate(${REQUESTS}_count{${API_REQUESTS}}[${window}])), 1)`,
  },
  {
    name: 'latency',
    alert: 'HavenLatencyBudgetBurns',
    statement: '95 % of the requests with a latency objective take at most 100 ms',
    budget: 0.05,
    badMeans: 'take longer than 100 ms',
    bad: (window: string) =>
      `1 - sum(rate(${REQUESTS}_bucket{${PROMPT},le="0.1"}[${window}])) / sum(rate(${REQUESTS}_count{${PROMPT}}[${window}]))`,
  },
];

/**
 * Burn rates of the 30-day error budget that raise an alert. A rate must be exceeded over both a long and a short
 * window; because of the short one, the alert ends soon after its cause is fixed.
 */
export const burns = [
  {
    speed: 'Fast',
    severity: 'page',
    rate: 14.4,
    long: '1h',
    short: '5m',
    wait: '2m',
    spent: '2 % of it within an hour',
  },
  {
    speed: 'Fast',
    severity: 'page',
    rate: 6,
    long: '6h',
    short: '30m',
    wait: '15m',
    spent: '5 % of it within 6 hours',
  },
  {
    speed: 'Slowly',
    severity: 'ticket',
    rate: 3,
    long: '1d',
    short: '2h',
    wait: '1h',
    spent: '10 % of it within a day',
  },
  {
    speed: 'Slowly',
    severity: 'ticket',
    rate: 1,
    long: '3d',
    short: '6h',
    wait: '3h',
    spent: '10 % of it within 3 days',
  },
];

export const recorded = (name: string, window: string): string => `haven:${name}_bad:ratio_rate${window}`;

/** Recording rules, so that each ratio is computed once for the alerts and the dashboards. */
export const recordings = objectives.flatMap(({ name, bad }) =>
  ['5m', '30m', '1h', '2h', '6h', '1d', '3d'].map((window) => ({ record: recorded(name, window), expr: bad(window) })),
);

/** Multi-window, multi-burn-rate alerts (Google, The Site Reliability Workbook, chapter 5). */
export const burnAlerts: readonly Alert[] = objectives.flatMap(({ name, alert, budget, badMeans }) =>
  burns.map(({ speed, severity, rate, long, short, wait, spent }) => ({
    alert: `${alert}${speed}`,
    severity,
    labels: { window: long },
    wait,
    when: [long, short].map((window) => [recorded(name, window), `> ${rounded(rate * budget)}`]),
    summary: `The ${name} error budget is used ${rate} times as fast as allowed`,
    description:
      `{{ $value | humanizePercentage }} of the requests ${badMeans}, over ${long}. ` +
      `At this rate, the error budget of 30 days loses ${spent}.`,
  })),
);

function rounded(number: number): number {
  return Number(number.toPrecision(6));
}
