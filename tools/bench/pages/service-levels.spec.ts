import { expect, it } from 'vitest';

import type { CellResult } from '../compare.ts';
import type { Results } from '../results.ts';
import { serviceLevelBlocks, serviceLevelImages } from './service-levels.ts';

const exactly = (median: number) => ({ median, min: median, max: median });

/** Returns the figures of an operation at 64 connections, with the p95 of some servers. */
function cell(operation: string, p95s: Record<string, number>): CellResult {
  const one = exactly(1);
  const figures = { throughput: one, p50: one, p99: one, cpu: one, postgresCpu: one, memory: one };
  const servers = Object.entries(p95s).map(([name, p95]) => [name, { ...figures, p95: exactly(p95) }] as const);
  return { connections: 64, api: 'rest', operation, servers: Object.fromEntries(servers), ratios: {} };
}

function resultsOf(...result: CellResult[]): Results {
  const about = { commit: 'c', date: '2026-11-30', machine: 'm', plan: { rounds: 1, seconds: 1 } };
  return { requests: { ...about, result } };
}

it('names the operations that miss the objective, of Haven and of Haven as it ships', () => {
  const results = resultsOf(
    cell('get', { haven: 40, ships: 50 }),
    cell('list', { haven: 92, ships: 101 }),
    cell('filter', { haven: 102, ships: 107 }),
  );
  const { 'service-levels': text = '' } = serviceLevelBlocks(results);
  expect(text).toContain('These miss it: REST filter. As it ships, these miss it: REST list; REST filter.');
  expect(text).toContain('| REST list | 92.0 | < 100 | yes | 101.0 | **no** |');
});

it('says that every operation meets the objective', () => {
  const { 'service-levels': text } = serviceLevelBlocks(resultsOf(cell('get', { haven: 40, ships: 50 })));
  expect(text).toContain('Every operation meets the objective. As it ships, every operation meets the objective.');
});

it('judges only the servers that were measured', () => {
  const { 'service-levels': text } = serviceLevelBlocks(resultsOf(cell('get', { haven: 40 })));
  expect(text).not.toContain('As it ships,');
  expect(text).toContain('| REST get | 40.0 | < 100 | yes |  |  |');
});

it('draws the objective beside the latencies', () => {
  const { 'service-levels-p95': chart } = serviceLevelImages(resultsOf(cell('get', { haven: 40, ships: 150 })));
  expect(chart).toContain('objective 100');
});
