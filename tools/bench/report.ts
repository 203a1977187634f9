import { readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

import { commandOf, root, runScript } from '../tool.ts';
import { drawCharts } from './charts.ts';
import type { Api, BenchPlan, CellResult } from './compare.ts';
import { RECORDS } from './data.ts';
import type { IndexResult } from './indexes.ts';
import type { Rounds, Summary } from './measure.ts';
import type { QueryResult } from './queries.ts';

/** Targets for the ratio of Haven's CPU per request to that of `plain`. */
const AIMS: Record<Api, Record<string, number>> = {
  rest: { get: 1.1, list: 0.7, filter: 0.7, create: 1.5, patch: 1.5 },
  graphql: { get: 1.8, list: 1.8, create: 1.8 },
};

const RESULTS = join(root, 'docs/benchmark.json');
const PAGE = join(root, 'docs/performance.md');

/**
 * Prints the tables. With `keep`, writes them and charts to the documentation, and all figures to docs/benchmark.json.
 */
export function report(plan: BenchPlan, results: CellResult[], keep: boolean): void {
  const text = markdown(plan, results);
  console.log(text);
  if (!keep) return;
  keepResults({ plan, machine: machine(), results });
  keepText('bench', text);
  drawCharts(results);
}

/** Prints the cost of declared indexes. With `keep`, writes it to the documentation and to docs/benchmark.json. */
export function reportIndexes({ rounds }: Rounds, results: IndexResult[], keep: boolean): void {
  const { model, cores, memory, node } = machine();
  const rows = results.map(({ row, ratio: of, milliseconds }) => [row, milliseconds.toFixed(1), ratio(of)]);
  const text = [
    `${rounds} rounds; ${cores} cores (${model}), ${memory} GiB, Node ${node}.`,
    [['', 'ms', 'ratio'], ['---', '---:', '---:'], ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n');
  console.log(text);
  if (!keep) return;
  keepResults({ indexes: { rounds, machine: machine(), results } });
  keepText('indexes', text);
}

/** Prints the latencies of queries. With `keep`, writes them to the documentation and to docs/benchmark.json. */
export function reportQueries({ rounds, seconds }: Rounds, results: QueryResult[], keep: boolean): void {
  const { model, cores, memory, node } = machine();
  const load = loadavg()[1]?.toFixed(1);
  const rows = results.map(({ row, p50, p95, aim }) => [row, range(p50), range(p95), String(aim)]);
  const text = [
    `${rounds} rounds of ${seconds} s per query; ${cores} cores (${model}), ${memory} GiB, Node ${node}; load average ${load}.`,
    [['', 'p50 ms', 'p95 ms', 'aim'], ['---', '---:', '---:', '---:'], ...rows]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n'),
  ].join('\n\n');
  console.log(text);
  if (!keep) return;
  keepResults({ queries: { rounds, seconds, load, machine: machine(), results } });
  keepText('queries', text);
}

function range({ median, min, max }: Summary): string {
  return `**${median.toFixed(0)}** (${min.toFixed(0)}–${max.toFixed(0)})`;
}

/** Replaces members of docs/benchmark.json. */
function keepResults(members: object): void {
  const kept = { ...JSON.parse(readFileSync(RESULTS, 'utf8')), ...members };
  writeFileSync(RESULTS, `${JSON.stringify(kept, null, 2)}\n`);
}

/** Replaces the text between two comments on the page about performance. */
function keepText(name: string, text: string): void {
  const marks = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  writeFileSync(
    PAGE,
    readFileSync(PAGE, 'utf8').replace(marks, (_all, start: string, end: string) => `${start}\n${text}\n\n${end}`),
  );
  runScript(commandOf('prettier'), ['--write', '--log-level', 'warn', PAGE]);
}

function markdown({ rounds, seconds, connections }: BenchPlan, results: CellResult[]): string {
  const { model, cores, memory, node } = machine();
  const head = `${RECORDS.toLocaleString('en')} records; ${rounds} rounds of ${seconds} s; ${cores} cores (${model}), ${memory} GiB, Node ${node}.`;
  const tables = connections.map((count) => {
    const rows = results.filter((result) => result.connections === count);
    return `### ${count} ${count === 1 ? 'connection' : 'connections'}\n\n${table(rows)}`;
  });
  return [head, ...tables].join('\n\n');
}

/** CPU is in milliseconds per request. Ratios are shown with their minimum and maximum over the rounds. */
function table(rows: CellResult[]): string {
  const others = [...new Set(rows.flatMap(({ ratios }) => Object.keys(ratios)))];
  const header = [
    '',
    'CPU ms',
    ...others.flatMap((name) => [`${name} CPU ms`, `Haven / ${name}`]),
    'aim',
    'requests/s',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'PostgreSQL CPU ms',
    'memory MiB',
  ];
  const body = rows.map(({ api, operation, servers, ratios }) => {
    const { haven } = servers;
    if (!haven) throw new Error('Haven was not measured.');
    const { cpu, throughput, p50, p95, p99, postgresCpu, memory } = haven;
    return [
      `${api === 'rest' ? 'REST' : 'GraphQL'} ${operation}`,
      fixed(cpu, 3),
      ...others.flatMap((name) => [
        servers[name] ? fixed(servers[name].cpu, 3) : '',
        ratios[name] ? ratio(ratios[name]) : '',
      ]),
      AIMS[api][operation]?.toFixed(1) ?? '',
      fixed(throughput, 0),
      ...[p50, p95, p99].map((latency) => fixed(latency, 1)),
      fixed(postgresCpu, 2),
      fixed(memory, 0),
    ];
  });
  return [header, header.map((_, index) => (index === 0 ? '---' : '---:')), ...body]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function fixed({ median }: Summary, digits: number): string {
  return median.toFixed(digits);
}

function ratio({ median, min, max }: Summary): string {
  return `**${median.toFixed(2)}** (${min.toFixed(2)}–${max.toFixed(2)})`;
}

function machine() {
  return {
    model: cpus()[0]?.model ?? arch(),
    cores: cpus().length,
    memory: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    system: `${process.platform} ${release()}`,
  };
}
