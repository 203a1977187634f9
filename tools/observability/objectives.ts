/** Only Haven's own series: names by OpenTelemetry's conventions are those of other services too. */
export const HAVEN = 'job="haven"';

/** An alert as tools/observability/alerts.ts declares it. */
export interface Alert {
  alert: string;
  severity: string;
  labels?: Record<string, string>;
  /** How long the conditions must hold before it fires. */
  wait: string;
  /** Expressions, each with the comparison that must hold. */
  when: string[][];
  summary: string;
  description: string;
}

/** Requests at the two doors; probes, pages and `/metrics` itself are none. */
const DOORS = `${HAVEN},http_route=~"/graphql|/api/.*"`;

/** As long as what they carry, or as somebody else's server takes: a limit on their time would say nothing. */
const AS_LONG_AS_IT_TAKES = 'http_route!~".*/(import|export|batch|changes|test)"';

/** The codes of the catalogue with a status of 500 or more. */
const FAILURES = 'error_type=~"INTERNAL|UNAVAILABLE|OVERLOADED|QUERY_TIMEOUT"';

const REQUESTS = 'http_server_request_duration_seconds';
const PROMPT = `${DOORS},${AS_LONG_AS_IT_TAKES},http_response_status_code!~"5.."`;

/** What is promised (docs/service-levels.md). `bad` is the part of the requests that broke the promise, over a window. */
export const objectives = [
  {
    name: 'availability',
    alert: 'HavenAvailabilityBudgetBurns',
    budget: 0.001,
    says: 'fail',
    // One GraphQL answer may hold several errors, so the part is at most what it says.
    bad: (window: string) =>
      `clamp_max(sum(rate(haven_errors_total{${HAVEN},${FAILURES}}[${window}])) / sum(rate(${REQUESTS}_count{${DOORS}}[${window}])), 1)`,
  },
  {
    name: 'latency',
    alert: 'HavenLatencyBudgetBurns',
    budget: 0.01,
    says: 'take longer than 250 ms',
    bad: (window: string) =>
      `1 - sum(rate(${REQUESTS}_bucket{${PROMPT},le="0.25"}[${window}])) / sum(rate(${REQUESTS}_count{${PROMPT}}[${window}]))`,
  },
];

/** How fast the budget of 30 days goes, over a long window; the short one makes the alert end soon after its cause. */
const burns = [
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

/** Each ratio is worked out once, for the alerts and the dashboards. */
export const recordings = objectives.flatMap(({ name, bad }) =>
  ['5m', '30m', '1h', '2h', '6h', '1d', '3d'].map((window) => ({ record: recorded(name, window), expr: bad(window) })),
);

/** Multi-window, multi-burn-rate (Google, The Site Reliability Workbook, chapter 5). */
export const burnAlerts: readonly Alert[] = objectives.flatMap(({ name, alert, budget, says }) =>
  burns.map(({ speed, severity, rate, long, short, wait, spent }) => ({
    alert: `${alert}${speed}`,
    severity,
    labels: { window: long },
    wait,
    when: [long, short].map((window) => [recorded(name, window), `> ${rounded(rate * budget)}`]),
    summary: `Haven's ${name} budget goes ${rate} times as fast as it may`,
    description: `{{ $value | humanizePercentage }} of the requests ${says}, over ${long}. At this rate the budget of 30 days loses ${spent}.`,
  })),
);

function rounded(number: number): number {
  return Number(number.toPrecision(6));
}
