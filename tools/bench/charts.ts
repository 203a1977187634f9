import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { barChart } from '../charts/bar-chart.ts';
import { root } from '../tool.ts';
import type { CellResult } from './compare.ts';

/** Number of connections that the charts show. */
const CONNECTIONS = 16;

/** Draws the charts of docs/performance.md from the results of a benchmark. */
export function drawCharts(results: readonly CellResult[]): void {
  const rows = results.filter(({ connections }) => connections === CONNECTIONS);
  const nameOf = ({ api, operation }: CellResult): string => `${api === 'rest' ? 'REST' : 'GraphQL'} ${operation}`;
  const series = ['haven', 'plain', 'raw'];
  const cpu = rows.map((row) => ({ name: nameOf(row), values: series.map((name) => row.servers[name]?.cpu.median) }));
  write(
    'performance-cpu',
    barChart({
      title: `CPU time of the server process per request, ms, ${CONNECTIONS} connections`,
      series: ['Haven', 'plain', 'raw'],
      groups: cpu,
      format: (value) => value.toFixed(2),
    }),
  );
  const latency = rows.map((row) => ({
    name: nameOf(row),
    values: [row.servers['haven']?.p50.median, row.servers['haven']?.p99.median],
  }));
  write(
    'performance-latency',
    barChart({
      title: `Latency of Haven, ms, ${CONNECTIONS} connections that send without a pause`,
      series: ['p50', 'p99'],
      groups: latency,
      format: (value) => value.toFixed(1),
    }),
  );
}

function write(name: string, image: string): void {
  writeFileSync(join(root, 'docs/images', `${name}.svg`), image);
}
