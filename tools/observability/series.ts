import { HAVEN } from './objectives.ts';

/** Selects the series of the instances that are selected on the dashboard. */
export const I = `${HAVEN},instance=~"$instance"`;
export const OPERATIONS = 'db_client_operation_duration_seconds';
export const WAITS = 'db_client_connection_wait_time_seconds';

export const rate = (series: string): string => `rate(${series}[$__rate_interval])`;
export const by = (labels: string, series: string): string => `sum by (${labels}) (${rate(series)})`;
export const quantile = (of: number, labels: string, series: string): string =>
  `histogram_quantile(${of}, ${by(`le${labels}`, series)})`;
export const quantiles = (series: string): Record<string, string> =>
  Object.fromEntries([0.5, 0.95, 0.99].map((of) => [`p${of * 100}`, quantile(of, '', series)]));

/** Returns the rate of errors with this code. */
export function rateOf(code: string): string {
  return `sum(${rate(`haven_errors_total{${I},error_type="${code}"}`)})`;
}
