import { below } from '../aims.ts';
import type { AimedFigure } from '../aims.ts';
import type { CellResult } from '../compare.ts';
import { nameOf } from './request-tables.ts';

/** The number of clients and the p95 in milliseconds of the latency objective: that of the mission. */
export const OBJECTIVE = { connections: 64, p95: below(100, 1) };

/** Returns the p95 of each operation of a server, `haven` or `ships`, with its objective. */
export function objectiveFigures(cells: readonly CellResult[], server: string): AimedFigure[] {
  return cells
    .filter(({ connections }) => connections === OBJECTIVE.connections)
    .flatMap((cell) => {
      const value = cell.servers[server]?.p95.median;
      return value === undefined ? [] : [{ name: nameOf(cell), value, aim: OBJECTIVE.p95 }];
    });
}
