import type { CellResult } from '../compare.ts';
import type { Kept, Results } from '../results.ts';
import { fixed, table } from './markdown.ts';
import { aimsOf, nameOf, P95_AIM } from './request-tables.ts';

/** Number of connections for which the targets are stated. */
const CONNECTIONS = 16;

/** Lists the operations whose ratios to `plain` miss their targets. */
export function missedBlocks(results: Results): Record<string, string> {
  const requests = results['requests'] as Kept<CellResult[]> | undefined; // the section stores this
  const cells = requests?.result.filter(({ connections }) => connections === CONNECTIONS) ?? [];
  const rows = cells.flatMap((cell) => {
    const ratios = cell.ratios['plain'];
    if (!ratios) return [];
    const { server, postgres } = aimsOf(cell);
    const missed = [
      compared(ratios.cpu.median, server),
      compared(ratios.postgresCpu.median, postgres),
      compared(ratios.p95.median, P95_AIM),
    ];
    return missed.some((text) => text !== '') ? [[nameOf(cell), ...missed]] : [];
  });
  if (cells.length === 0) return {};
  if (rows.length === 0) return { missed: 'No operation misses an aim.' };
  return { missed: table(['missed', 'CPU', 'PostgreSQL CPU', 'p95'], rows) };
}

/** Returns the ratio and its target, or an empty text if the target is met. */
function compared(ratio: number, aim: number | undefined): string {
  return aim !== undefined && Number(fixed(ratio, 2)) > aim ? `${fixed(ratio, 2)} instead of ${fixed(aim, 2)}` : '';
}
