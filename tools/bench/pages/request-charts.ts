import { barChart } from '../../charts/bar-chart.ts';
import type { CellResult } from '../compare.ts';
import { nameOf } from './request-tables.ts';

/** Number of connections that the charts show. */
const CONNECTIONS = 16;

/** Draws the charts of docs/performance.md from the results of a benchmark. */
export function requestCharts(results: readonly CellResult[]): Record<string, string> {
  const rows = results.filter(({ connections }) => connections === CONNECTIONS);
  const series = ['haven', 'plain', 'ships'];
  const titles = ['Haven', 'plain', 'as it ships'];
  return {
    'performance-cpu': barChart({
      title: `CPU time of the server process per request, ms, ${CONNECTIONS} connections`,
      series: titles,
      groups: rows.map((row) => ({ name: nameOf(row), values: series.map((name) => row.servers[name]?.cpu.median) })),
      format: (value) => value.toFixed(2),
    }),
    'performance-postgres': barChart({
      title: `CPU time of PostgreSQL per request, ms, ${CONNECTIONS} connections`,
      series: titles,
      groups: rows.map((row) => ({
        name: nameOf(row),
        values: series.map((name) => row.servers[name]?.postgresCpu.median),
      })),
      format: (value) => value.toFixed(2),
    }),
    'performance-latency': barChart({
      title: `Latency of Haven, ms, ${CONNECTIONS} connections that send without a pause`,
      series: ['p50', 'p95', 'p99'],
      groups: rows.map(({ servers: { haven }, ...row }) => ({
        name: nameOf(row),
        values: [haven?.p50.median, haven?.p95.median, haven?.p99.median],
      })),
      format: (value) => value.toFixed(1),
    }),
  };
}
