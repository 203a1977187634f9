import type { CellResult } from './compare.ts';
import { fixed, table } from './pages/markdown.ts';
import { nameOf } from './pages/request-tables.ts';
import type { Results } from './results.ts';

/** A ratio to `plain` may be this many times the kept one. Less would fail because of the noise of a shared machine. */
const TOLERANCE = 1.3;

/** One ratio to `plain`, beside the kept one. */
interface Comparison {
  name: string;
  kept: number;
  now: number;
}

/**
 * Compares the ratios to `plain` with those in docs/benchmark.json, and prints them. Ratios are comparable between
 * machines, times are not. Returns whether none has grown too much.
 */
export function checkRatios(measured: readonly CellResult[], { requests }: Results): boolean {
  if (!requests) throw new Error('docs/benchmark.json has no ratios to compare with. Run "npm run bench -- --write".');
  const kept = requests.result as CellResult[]; // the section stores this
  const compared = measured.flatMap((cell) => comparisons(cell, kept));
  if (compared.length === 0) throw new Error('docs/benchmark.json has no ratios of these operations.');
  const rows = compared.map((each) => [
    each.name,
    ...[each.kept, each.now, each.now / each.kept].map((value) => fixed(value, 2)),
    isWorse(each) ? 'worse' : '',
  ]);
  console.log(table(['ratio to plain', 'kept', 'now', 'now ÷ kept', `limit ${TOLERANCE}`], rows));
  return !compared.some(isWorse);
}

function comparisons(cell: CellResult, kept: readonly CellResult[]): Comparison[] {
  const same = kept.find(
    (each) => each.connections === cell.connections && each.api === cell.api && each.operation === cell.operation,
  );
  const [before, now] = [same?.ratios['plain'], cell.ratios['plain']];
  if (!before || !now) return [];
  return [
    { name: `${nameOf(cell)}, CPU`, kept: before.cpu.median, now: now.cpu.median },
    { name: `${nameOf(cell)}, PostgreSQL CPU`, kept: before.postgresCpu.median, now: now.postgresCpu.median },
  ];
}

function isWorse({ kept, now }: Comparison): boolean {
  return now > kept * TOLERANCE;
}
