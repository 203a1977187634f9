import { barChart } from '../../charts/bar-chart.ts';
import { burns, objectives } from '../../observability/objectives.ts';
import { aimText, isMissed } from '../aims.ts';
import type { CellResult } from '../compare.ts';
import type { Kept, Results } from '../results.ts';
import { objectiveFigures, OBJECTIVE } from './latency-objective.ts';
import { fixed, measured, table } from './markdown.ts';
import { nameOf } from './request-tables.ts';

const DAYS = 30;

/** Generates the tables of docs/service-levels.md: the objectives with their alerts, and what was measured. */
export function serviceLevelBlocks(results: Results): Record<string, string> {
  return { objectives: objectiveTable(), 'burn-rates': burnTable(), ...measurements(results) };
}

/** Draws the chart of docs/service-levels.md. */
export function serviceLevelImages(results: Results): Record<string, string> {
  const requests = results['requests'] as Kept<CellResult[]> | undefined; // the section stores this
  const cells = requests?.result.filter(({ connections }) => connections === OBJECTIVE.connections) ?? [];
  if (cells.length === 0) return {};
  return {
    'service-levels-p95': barChart({
      title: `p95, ms, ${OBJECTIVE.connections} clients that send without a pause`,
      series: ['Haven', 'as it ships'],
      groups: cells.map((cell) => ({
        name: nameOf(cell),
        values: ['haven', 'ships'].map((server) => cell.servers[server]?.p95.median),
      })),
      mark: { value: OBJECTIVE.p95.limit, name: `objective ${OBJECTIVE.p95.limit}` },
      format: (value) => value.toFixed(0),
    }),
  };
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
  const { result: cells } = requests;
  const counts = [...new Set(cells.map(({ connections }) => connections))];
  const rows = cells
    .filter(({ connections }) => connections === OBJECTIVE.connections)
    .map((cell) => [
      nameOf(cell),
      ...counts.map((count) => fixed(p95(cells, cell, count), 1)),
      ...[aimText(OBJECTIVE.p95), metBy(cell, 'haven'), fixed(cell.servers['ships']?.p95, 1), metBy(cell, 'ships')],
    ]);
  const columns = counts.map((count) => `p95 ms, ${count} ${count === 1 ? 'client' : 'clients'}`);
  const ships = `as it ships, ${OBJECTIVE.connections} clients`;
  const header = ['', ...columns, `objective at ${OBJECTIVE.connections}`, 'met', ships, 'met'];
  const text = [measured(requests), verdict(cells, 'haven', ''), verdict(cells, 'ships', 'As it ships, ')].join(' ');
  return { 'service-levels': `${text.trim()}\n\n${table(header, rows)}` };
}

/** Returns a sentence that names the operations of a server that miss the objective, or '' if it was not measured. */
function verdict(cells: readonly CellResult[], server: string, start: string): string {
  const figures = objectiveFigures(cells, server);
  if (figures.length === 0) return '';
  const missed = figures.filter(isMissed).map(({ name }) => name);
  const text = missed.length === 0 ? 'Every operation meets the objective.' : `These miss it: ${missed.join('; ')}.`;
  return start === '' ? text : start + text.charAt(0).toLowerCase() + text.slice(1);
}

function metBy(cell: CellResult, server: string): string {
  return objectiveFigures([cell], server)
    .map((figure) => (isMissed(figure) ? '**no**' : 'yes'))
    .join('');
}

function p95(cells: readonly CellResult[], of: CellResult, connections: number): number | undefined {
  const cell = cells.find(
    (each) => each.connections === connections && each.api === of.api && each.operation === of.operation,
  );
  return cell?.servers['haven']?.p95.median;
}
