import { barChart } from '../../charts/bar-chart.ts';
import type { CellResult } from '../compare.ts';
import { megabytes } from '../measure.ts';
import type { Kept, Results } from '../results.ts';
import { fixed, measured, table } from './markdown.ts';

/** Connections of a worker beside its two pools, and those of others (apps/haven/src/worker-count.ts). */
const [POOLS, BESIDE, OTHERS] = [13, 5, 10];

/** The measured number of connections: requests cost least when many arrive together. */
const CONNECTIONS = 64;

/** Fraction of each core that the example uses. */
const USED = 0.5;

/** The kinds of requests, and how many of them the example has per second. */
const KINDS = [
  { name: 'read', operation: 'get', rate: 2_000 },
  { name: 'list of 20', operation: 'list', rate: 300 },
  { name: 'filtered list', operation: 'filter', rate: 0 },
  { name: 'create', operation: 'create', rate: 100 },
  { name: 'patch', operation: 'patch', rate: 100 },
];

/** The cost of a request in milliseconds of CPU, and the number of requests per second in the example. */
interface Cost {
  name: string;
  rate: number;
  haven: number;
  postgres: number;
}

/** Computes docs/capacity.md from the measured requests, and from the work of the leader. */
export function capacityBlocks(results: Results): Record<string, string> {
  const requests = results['requests'] as Kept<CellResult[]> | undefined; // the section stores this
  if (!requests) return {};
  const costs = costsOf(requests.result);
  if (costs.length === 0) return {};
  return {
    'capacity-costs': `${measured(requests)}\n\n${costTable(costs)}`,
    'capacity-memory': memory(requests.result),
    'capacity-feed': feed(results['background'] as Parameters<typeof feed>[0]), // the section stores this
    'capacity-example': example(costs, requests.result),
  };
}

/** Draws the chart of docs/capacity.md. */
export function capacityImages(results: Results): Record<string, string> {
  const requests = results['requests'] as Kept<CellResult[]> | undefined; // the section stores this
  const costs = costsOf(requests?.result ?? []);
  if (costs.length === 0) return {};
  return {
    'capacity-cpu': barChart({
      title: `CPU time per request over REST, ms, ${CONNECTIONS} connections`,
      series: ['Haven', 'PostgreSQL'],
      groups: costs.map(({ name, haven, postgres }) => ({ name, values: [haven, postgres] })),
      format: (value) => value.toFixed(2),
    }),
  };
}

function costsOf(cells: readonly CellResult[]): Cost[] {
  return KINDS.flatMap(({ name, operation, rate }) => {
    const cell = cells.find(
      (each) => each.connections === CONNECTIONS && each.api === 'rest' && each.operation === operation,
    );
    const haven = cell?.servers['haven'];
    return haven ? [{ name, rate, haven: haven.cpu.median, postgres: haven.postgresCpu.median }] : [];
  });
}

function costTable(costs: readonly Cost[]): string {
  const header = [
    '',
    'Haven _h_',
    'PostgreSQL _p_',
    'Haven, per core (1000 / _h_)',
    'PostgreSQL, per core (1000 / _p_)',
  ];
  const rows = costs.map(({ name, haven, postgres }) => [
    name,
    ...[fixed(haven, 3), fixed(postgres, 3), `${perCore(haven)}/s`, `${perCore(postgres)}/s`],
  ]);
  return table(header, rows);
}

/** Returns the requests per second of a core, to two digits: more would promise too much. */
function perCore(milliseconds: number): string {
  return fixed(Number((1_000 / milliseconds).toPrecision(2)), 0);
}

function memory(cells: readonly CellResult[]): string {
  const peak = peakOf(cells);
  return `- **Memory** = ${fixed(peak, 0)} MB per worker, the peak of one process during the measurements.`;
}

/** Returns the peak in MB. */
function peakOf(cells: readonly CellResult[]): number {
  return Math.max(...cells.map(({ servers: { haven } }) => (haven ? megabytes(haven.memory).max : 0)));
}

function feed(background: Kept<{ rows: { row: string; haven: { median: number } }[] }> | undefined): string {
  const create = background?.result.rows.find(({ row }) => row === 'create')?.haven.median;
  if (create === undefined) return 'The cost of an event has not been measured yet.';
  return (
    `- **The feed**: a single process assigns all events their sequence numbers. It uses ${fixed(create, 0)} µs of CPU ` +
    `for each, so a core could handle ${fixed(Number((1e6 / create).toPrecision(2)), 0)} events a second. This is a ` +
    `**limit for all tenants together**, and more workers do not raise it. It is computed, not measured.`
  );
}

function example(costs: readonly Cost[], cells: readonly CellResult[]): string {
  const used = costs.filter(({ rate }) => rate > 0);
  const total = (of: 'haven' | 'postgres'): number => used.reduce((sum, cost) => sum + cost.rate * cost[of], 0);
  const cores = (of: 'haven' | 'postgres'): number => total(of) / 1_000 / USED;
  const product = (rate: number, cost: number): string =>
    `${fixed(rate, 0)} · ${fixed(cost, 3)} = ${fixed(rate * cost, 0)} ms`;
  const rows = [
    ...used.map(({ name, rate, haven, postgres }) => [name, product(rate, haven), product(rate, postgres)]),
    ['total, each second', `${fixed(total('haven'), 0)} ms`, `${fixed(total('postgres'), 0)} ms`],
    [`**cores at _u_ = ${USED}**`, `**${fixed(cores('haven'), 1)}**`, `**${fixed(cores('postgres'), 1)}**`],
  ];
  const workers = Math.ceil(cores('haven'));
  const spare = workers + 1;
  const text =
    `The load needs ${workers} ${workers === 1 ? 'worker' : 'workers'}; run one more on another machine, so that Haven ` +
    `continues to serve if a machine fails. These ${spare} workers need ${spare} · (${POOLS} + ${BESIDE}) + ${OTHERS} = ` +
    `${spare * (POOLS + BESIDE) + OTHERS} connections and ${fixed((spare * peakOf(cells)) / 1_000, 1)} GB. Ten times ` +
    `this load needs ${Math.ceil(10 * cores('haven'))} workers and ${Math.ceil(10 * cores('postgres'))} cores of ` +
    `PostgreSQL.`;
  return `${table(['', 'Haven', 'PostgreSQL'], rows)}\n\n${text}`;
}
