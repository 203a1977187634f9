import { NO_LIMITS } from '../bench.ts';
import { compare } from '../compare.ts';
import type { CellResult } from '../compare.ts';
import { startFloor } from '../floors.ts';
import { megabytes } from '../measure.ts';
import { fixed, measured, table } from '../pages/markdown.ts';
import { nameOf } from '../pages/request-tables.ts';
import { startPocketBase } from '../pocketbase.ts';
import type { Section } from '../section.ts';

const OPERATIONS = ['get', 'list', 'filter', 'create', 'patch'];

/** The servers, as the table names them. */
const PEERS: Record<string, string> = {
  haven: 'Haven',
  plain: 'plain',
  nest: 'Nest + TypeORM + Apollo',
  pocketbase: 'PocketBase 0.22',
};

/** Compares Haven with servers that one would otherwise write or use. */
export const peers: Section<CellResult[]> = {
  plan: { rounds: 3, seconds: 0.5 },

  async measure(bench) {
    const server = await bench.haven('haven', NO_LIMITS);
    await bench.database.fill(server.origin);
    const haven = { server, sessions: { database: 'haven', application: 'haven%' }, has: () => true };
    const floors = [await startFloor(bench, 'plain'), await startFloor(bench, 'nest')];
    const pocketbase = await startPocketBase(bench);
    const plan = { ...bench.plan, operations: OPERATIONS, apis: ['rest', 'graphql'] as const, connections: [16] };
    return compare([haven, ...floors, ...(pocketbase ? [pocketbase] : [])], bench.database, plan);
  },

  blocks(kept) {
    const rows = kept.result.map((cell) => [nameOf(cell), ...Object.keys(PEERS).flatMap((name) => costs(cell, name))]);
    const header = ['', ...Object.values(PEERS).flatMap((name) => [name, 'p95 ms'])];
    return { peers: [`${measured(kept)}\n\n${table(header, rows)}`, ...memoryTable(kept.result)].join('\n\n') };
  },
};

/** Returns the table of the peak memory of each server in any round, if it was measured. */
function memoryTable(cells: readonly CellResult[]): string[] {
  const rows = Object.entries(PEERS).flatMap(([name, shown]) => {
    const peaks = cells.flatMap(({ servers: { [name]: server } }) => (server ? [megabytes(server.memory).max] : []));
    return peaks.length > 0 ? [[shown, fixed(Math.max(...peaks), 0)]] : [];
  });
  return rows.length > 0 ? [table(['', 'peak resident memory, MB'], rows)] : [];
}

/** Returns the CPU of a server and of PostgreSQL in milliseconds per request, and the p95. */
function costs({ servers }: CellResult, name: string): string[] {
  const server = servers[name];
  if (!server) return ['', ''];
  const postgres = name === 'pocketbase' ? '' : ` + ${fixed(server.postgresCpu, 3)}`;
  return [`${fixed(server.cpu, 3)}${postgres}`, fixed(server.p95, 1)];
}
