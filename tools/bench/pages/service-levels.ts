import { burns, objectives } from '../../observability/objectives.ts';
import type { CellResult } from '../compare.ts';
import type { Kept, Results } from '../results.ts';
import { fixed, measured, table } from './markdown.ts';
import { nameOf } from './request-tables.ts';

/** The latency objective: that of the mission. */
const [CONNECTIONS, P95_MS] = [64, 100];

const DAYS = 30;

/** Generates the tables of docs/service-levels.md: the objectives with their alerts, and what was measured. */
export function serviceLevelBlocks(results: Results): Record<string, string> {
  return { objectives: objectiveTable(), 'burn-rates': burnTable(), ...measurements(results) };
}

function objectiveTable(): string {
  const rows = objectives.map(({ name, statement, budget }) => [name, statement, `1 in ${fixed(1 / budget, 0)}`]);
  return table(['', `objective over ${DAYS} days`, 'budget'], rows);
}

function burnTable(): string {
  const rows = burns.map(({ severity, rate, long, short, spent }) => [
    severity,
    ...[String(rate), long, short, spent.replace(/ of it.*/, '')],
    ...objectives.map(({ budget }) => `${Number((rate * budget * 100).toPrecision(3))} %`),
  ]);
  const bad = objectives.map(({ name }) => `bad requests, ${name}`);
  return table(['severity', 'burn rate', 'long window', 'short window', 'budget used by then', ...bad], rows);
}

function measurements(results: Results): Record<string, string> {
  const requests = results['requests'] as Kept<CellResult[]> | undefined; // the section stores this
  if (!requests) return {};
  const counts = [...new Set(requests.result.map(({ connections }) => connections))];
  const own = requests.result.filter(({ connections }) => connections === CONNECTIONS);
  const rows = own.map((cell) => {
    const ms = (name: string, count: number): string => fixed(p95(requests.result, cell, name, count), 1);
    const kept = (p95(requests.result, cell, 'haven', CONNECTIONS) ?? Infinity) < P95_MS;
    return [
      nameOf(cell),
      ...counts.map((count) => ms('haven', count)),
      `< ${P95_MS}`,
      kept ? 'yes' : '**no**',
      ms('ships', CONNECTIONS),
    ];
  });
  const columns = counts.map((count) => `p95 ms, ${count} ${count === 1 ? 'client' : 'clients'}`);
  const header = ['', ...columns, `objective at ${CONNECTIONS}`, 'met', `as it ships, ${CONNECTIONS} clients`];
  const missed = rows.filter((row) => row.includes('**no**')).map(([name = '']) => name);
  const verdict = missed.length === 0 ? 'Every operation meets the objective.' : `These miss it: ${missed.join('; ')}.`;
  return { 'service-levels': `${measured(requests)} ${verdict}\n\n${table(header, rows)}` };
}

function p95(cells: readonly CellResult[], of: CellResult, server: string, connections: number): number | undefined {
  const cell = cells.find(
    (each) => each.connections === connections && each.api === of.api && each.operation === of.operation,
  );
  return cell?.servers[server]?.p95.median;
}
