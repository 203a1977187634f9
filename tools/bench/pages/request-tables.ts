import type { Api, CellResult } from '../compare.ts';
import { megabytes } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { fixed, spread, table } from './markdown.ts';

/** Targets for Haven's ratios to `plain`: CPU of the server, and CPU of PostgreSQL. */
const AIMS: Record<Api, Record<string, readonly [server: number, postgres: number]>> = {
  rest: { get: [0.85, 1], list: [0.7, 0.8], filter: [0.8, 1.2], create: [1.5, 1.7], patch: [1.7, 2] },
  graphql: { get: [1.3, 1], list: [1.1, 0.8], filter: [1.2, 1.2], create: [1.6, 1.7], patch: [1.7, 2] },
};

/** Targets of all operations: the ratio of PostgreSQL's CPU by an undeclared path, and that of the p95. */
const UNDECLARED_POSTGRES = 2;
export const P95_AIM = 1.5;

/** Servers that are no builds of Haven, and Haven as it ships, which has a table of its own. */
const REFERENCES = ['plain', 'raw', 'nest', 'pocketbase', 'ships'];

/** Returns the costs of Haven beside those of `plain`, with the targets. CPU is in milliseconds per request. */
export function cpuTable(cells: readonly CellResult[]): string {
  const header = ['', 'CPU ms', 'plain', 'ratio', 'aim', 'PostgreSQL CPU ms', 'plain', 'ratio', 'aim'];
  const rows = cells.map((cell) => {
    const { haven, plain } = cell.servers;
    const ratios = cell.ratios['plain'];
    const { server, postgres } = aimsOf(cell);
    return [
      nameOf(cell),
      ...[fixed(haven?.cpu, 3), fixed(plain?.cpu, 3), ratios ? spread(ratios.cpu, 2) : '', fixed(server, 2)],
      ...[fixed(haven?.postgresCpu, 3), fixed(plain?.postgresCpu, 3), ratios ? spread(ratios.postgresCpu, 2) : ''],
      fixed(postgres, 2),
    ];
  });
  return table(header, rows);
}

/** Returns the latencies of Haven, the ratio of its p95 to that of `plain`, and the memory of both. */
export function latencyTable(cells: readonly CellResult[]): string {
  const header = ['', 'p50 ms', 'p95 ms', 'p99 ms', '÷ p95 of plain', 'requests/s', 'peak MB', 'plain'];
  const rows = cells.map((cell) => {
    const { haven, plain } = cell.servers;
    return [
      nameOf(cell),
      ...[haven?.p50, haven?.p95, haven?.p99].map((value) => fixed(value, 1)),
      fixed(cell.ratios['plain']?.p95, 2),
      ...[fixed(haven?.throughput, 0), megabytesOf(haven), megabytesOf(plain)],
    ];
  });
  return table(header, rows);
}

/** Returns the table of Haven as it ships, if that was measured. The ratios are to `plain`, which has none of it. */
export function shippedTable(cells: readonly CellResult[]): string[] {
  if (!cells.some(({ servers }) => servers['ships'])) return [];
  const header = [
    'as it ships',
    'CPU ms',
    '÷ plain',
    'PostgreSQL CPU ms',
    '÷ plain',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'peak MB',
  ];
  const rows = cells.map((cell) => {
    const { ships, plain } = cell.servers;
    const ratio = (figure: 'cpu' | 'postgresCpu'): number | undefined =>
      ships && plain && ships[figure].median / plain[figure].median;
    return [
      nameOf(cell),
      ...[fixed(ships?.cpu, 3), fixed(ratio('cpu'), 2), fixed(ships?.postgresCpu, 3), fixed(ratio('postgresCpu'), 2)],
      ...[ships?.p50, ships?.p95, ships?.p99].map((value) => fixed(value, 1)),
      megabytesOf(ships),
    ];
  });
  return [table(header, rows)];
}

/** Returns a table for each other build that was measured (`--also`, `--older`), with Haven's ratios to it. */
export function buildTables(cells: readonly CellResult[]): string[] {
  const names = new Set(cells.flatMap(({ ratios }) => Object.keys(ratios)));
  const builds = [...names].filter((name) => !REFERENCES.includes(name));
  return builds.map((name) => {
    const rows = cells.map((cell) => {
      const [server, ratios] = [cell.servers[name], cell.ratios[name]];
      return [
        nameOf(cell),
        ...[fixed(server?.cpu, 3), ratios ? spread(ratios.cpu, 2) : ''],
        ...[fixed(server?.postgresCpu, 3), ratios ? spread(ratios.postgresCpu, 2) : ''],
        ...[fixed(server?.p95, 1), ratios ? spread(ratios.p95, 2) : ''],
      ];
    });
    const ratio = 'Haven ÷ it';
    return table([name, 'CPU ms', ratio, 'PostgreSQL CPU ms', ratio, 'p95 ms', ratio], rows);
  });
}

function megabytesOf(server: { memory: Summary } | undefined): string {
  return server ? fixed(megabytes(server.memory), 0) : '';
}

/** Returns the targets of an operation. An undeclared filter has none for the server. */
export function aimsOf({ api, operation }: Pick<CellResult, 'api' | 'operation'>) {
  const [server, postgres] = AIMS[api][operation] ?? [];
  return { server, postgres: operation === 'undeclared' ? UNDECLARED_POSTGRES : postgres };
}

export function nameOf({ api, operation }: Pick<CellResult, 'api' | 'operation'>): string {
  const shown = operation === 'undeclared' ? 'filter, undeclared' : operation;
  return `${api === 'rest' ? 'REST' : 'GraphQL'} ${shown}`;
}
