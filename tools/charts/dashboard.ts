import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../tool.ts';
import { lineChart } from './line-chart.ts';
import type { Line } from './line-chart.ts';
import { svg } from './svg.ts';

interface Panel {
  title: string;
  type: string;
  fieldConfig?: { defaults?: { unit?: string } };
  targets?: { expr: string; legendFormat?: string }[];
}

/** A period that Prometheus has observed, in seconds since 1970. */
export interface Period {
  from: number;
  to: number;
}

interface Series {
  metric: Record<string, string>;
  values: [number, string][];
}

const COLUMNS = 2;
const [WIDTH, HEIGHT, STEP] = [460, 206, 3];
/** A rate over the few scrapes that the pictures take. Grafana computes this period itself. */
const RATE_INTERVAL = '20s';

/**
 * Draws the panels of a dashboard with the results of their queries. Panels without data are left out, such
 * as those of failures.
 */
export async function drawDashboard(prometheus: string, name: string, period: Period): Promise<string> {
  const file = join(root, 'docker/observability/grafana/dashboards', `${name}.json`);
  const { title, panels } = JSON.parse(readFileSync(file, 'utf8')) as { title: string; panels: Panel[] };
  const shown: { panel: Panel; lines: Line[] }[] = [];
  for (const panel of panels) {
    if (panel.type !== 'timeseries') continue;
    const lines = await linesOf(prometheus, panel, period);
    if (lines.length > 0) shown.push({ panel, lines });
  }
  const drawn = shown.map(({ panel, lines }, index) =>
    lineChart({
      x: (index % COLUMNS) * WIDTH,
      y: Math.floor(index / COLUMNS) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      title: panel.title,
      lines,
      format: formatOf(panel.fieldConfig?.defaults?.unit),
    }),
  );
  return svg(COLUMNS * WIDTH, Math.ceil(shown.length / COLUMNS) * HEIGHT, title, drawn.join('\n'));
}

async function linesOf(prometheus: string, { targets = [] }: Panel, { from, to }: Period): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { expr, legendFormat = '' } of targets) {
    const query = expr.replaceAll('$__rate_interval', RATE_INTERVAL).replaceAll('$instance', '.*');
    const body = new URLSearchParams({ query, start: String(from), end: String(to), step: String(STEP) });
    const response = await fetch(`${prometheus}/api/v1/query_range`, { method: 'POST', body });
    const { data, error } = (await response.json()) as { data?: { result: Series[] }; error?: string };
    if (!data) throw new Error(`${error}: ${query}`);
    for (const { metric, values } of data.result) {
      const points = values
        .map(([time, value]) => [time, Number(value)] as const)
        .filter(([, value]) => Number.isFinite(value));
      const name = legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_all, key: string) => metric[key] ?? '');
      if (points.length > 1 && points.some(([, value]) => value > 0)) lines.push({ name, points });
    }
  }
  // The largest first, so that they have the names and colors that differ most.
  return lines.sort((a, b) => total(b) - total(a));
}

function total({ points }: Line): number {
  return points.reduce((sum, [, value]) => sum + value, 0);
}

function formatOf(unit = ''): (value: number) => string {
  if (unit === 's') return (value) => (value < 1 ? `${short(value * 1_000)} ms` : `${short(value)} s`);
  if (unit === 'bytes') return (value) => `${short(value / 2 ** 20)} MiB`;
  if (unit === 'percentunit') return (value) => `${short(value * 100)} %`;
  return (value) => `${short(value)}${unit === 'reqps' || unit === 'ops' ? '/s' : ''}`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}
