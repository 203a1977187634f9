import { aimText, atMost, isMissed } from '../aims.ts';
import type { CellResult } from '../compare.ts';
import type { Kept, Results } from '../results.ts';
import { keptSections } from '../sections.ts';
import { fixed, table } from './markdown.ts';
import { largestDifferences } from './profile-tables.ts';
import type { ProfileResult } from './profile-tables.ts';
import { aimsOf, nameOf, P95_AIM } from './request-tables.ts';

/** Number of connections for which the targets of the ratios are stated. */
const CONNECTIONS = 16;

/**
 * Lists every missed target: the ratios of operations to `plain`, the targets of all sections, and where the CPU of the
 * operations of the first list goes.
 */
export function missedBlocks(results: Results): Record<string, string> {
  return { ...missedRatios(results), ...missedFigures(results) };
}

function missedRatios(results: Results): Record<string, string> {
  const requests = results['requests'] as Kept<CellResult[]> | undefined; // the section stores this
  const profiles = results['profiles'] as Kept<ProfileResult[]> | undefined; // the section stores this
  const cells = requests?.result.filter(({ connections }) => connections === CONNECTIONS) ?? [];
  if (cells.length === 0) return {};
  const rows = cells.map((cell) => [nameOf(cell), ...ratiosOf(cell)]).filter(([, ...texts]) => texts.join('') !== '');
  if (rows.length === 0) return { missed: 'No operation misses an aim.' };
  const names = rows.map(([name = '']) => name);
  return {
    missed: table(['missed', 'CPU', 'PostgreSQL CPU', 'p95'], rows),
    ...(profiles && { 'missed-profiles': largestDifferences(profiles.result, names) }),
  };
}

/** Returns each ratio of an operation that misses its target, with that target. The others are empty texts. */
function ratiosOf(cell: CellResult): string[] {
  const ratios = cell.ratios['plain'];
  const { server, postgres } = aimsOf(cell);
  return [
    compared(ratios?.cpu.median, server),
    compared(ratios?.postgresCpu.median, postgres),
    compared(ratios?.p95.median, P95_AIM),
  ];
}

function compared(ratio: number | undefined, limit: number | undefined): string {
  if (ratio === undefined || limit === undefined) return '';
  return isMissed({ value: ratio, aim: atMost(limit, 2) }) ? `${fixed(ratio, 2)} instead of ${fixed(limit, 2)}` : '';
}

function missedFigures(results: Results): Record<string, string> {
  const figures = keptSections(results).flatMap(([section, kept]) => section.aims?.(kept) ?? []);
  if (figures.length === 0) return {};
  const rows = figures.filter(isMissed).map(({ name, value, aim }) => [name, fixed(value, aim.digits), aimText(aim)]);
  if (rows.length === 0) return { 'missed-figures': 'No other aim is missed.' };
  return { 'missed-figures': table(['missed', 'measured', 'aim'], rows) };
}
