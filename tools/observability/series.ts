import { HAVEN } from './objectives.ts';

/** Of the instances that are chosen above the panels. */
export const I = `${HAVEN},instance=~"$instance"`;
export const OPERATIONS = 'db_client_operation_duration_seconds';
export const WAITS = 'db_client_connection_wait_time_seconds';

export const rate = (series) => `rate(${series}[$__rate_interval])`;
export const by = (labels, series) => `sum by (${labels}) (${rate(series)})`;
export const quantile = (of, labels, series) => `histogram_quantile(${of}, ${by(`le${labels}`, series)})`;
export const quantiles = (series) =>
  Object.fromEntries([0.5, 0.95, 0.99].map((of) => [`p${of * 100}`, quantile(of, '', series)]));

/** How often an error of that code is answered. */
export function rateOf(code) {
  return `sum(${rate(`haven_errors_total{${I},error_type="${code}"}`)})`;
}
