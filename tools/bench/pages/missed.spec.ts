import { expect, it } from 'vitest';

import type { CellResult } from '../compare.ts';
import type { Kept } from '../results.ts';
import { missedBlocks } from './missed.ts';

const exactly = (median: number) => ({ median, min: median, max: median });

function kept<Result>(result: Result): Kept<Result> {
  return { commit: 'c', date: '2026-11-30', machine: 'm', plan: { rounds: 1, seconds: 1 }, result };
}

/** Returns the figures of an operation with one p95 for Haven and another one for Haven as it ships. */
function cell(operation: string, connections: number, cpu: number, [haven, ships]: [number, number]): CellResult {
  const figures = (p95: number) => ({
    ...{ throughput: exactly(1), p50: exactly(1), p95: exactly(p95), p99: exactly(p95) },
    ...{ cpu: exactly(1), postgresCpu: exactly(1), memory: exactly(1) },
  });
  const servers = { haven: figures(haven), ships: figures(ships) };
  const plain = { cpu: exactly(cpu), postgresCpu: exactly(0.5), p95: exactly(1) };
  return { connections, api: 'rest', operation, servers, ratios: { plain } };
}

/** Returns the rows of a generated table, without the spaces around its cells. */
const rowsOf = (table = ''): string[][] =>
  table
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .map((text) => text.trim())
        .slice(1, -1),
    );

it('lists the operations that miss a ratio at 16 connections, and where they need more CPU than plain', () => {
  const haven = { perRequest: 1, shares: { other: 0.3, JSON: 0.1, HTTP: 0.3, driver: 0.05, Nest: 0.25 }, promises: 9 };
  const plain = { perRequest: 0.5, shares: { JSON: 0.12, HTTP: 0.5, driver: 0.38 }, promises: 3 };
  const profile = (operation: string) => ({ operation, haven, plain });
  const { missed, 'missed-profiles': profiles } = missedBlocks({
    requests: kept([cell('get', 16, 0.8, [1, 1]), cell('list', 16, 0.9, [1, 1]), cell('get', 1, 9, [1, 1])]),
    profiles: kept([profile('get'), profile('list'), profile('graphql:list')]),
  });
  expect(rowsOf(missed)).toEqual([['REST list', '0.90 instead of 0.70', '', '']]);
  expect(rowsOf(profiles)).toEqual([['REST list', '500', 'other 300, Nest 250, HTTP 50, JSON 40']]);
});

it('lists the missed aims of all sections with the measured figures', () => {
  const imported = (row: string, rate: number) => {
    const cost = { cpu: exactly(1), postgresCpu: exactly(1), memory: exactly(1) };
    return { row, rate: exactly(rate), ...cost };
  };
  const ratio = (row: string, value: number) => ({ row, ratio: exactly(value) });
  const blocks = missedBlocks({
    imports: kept([imported('CSV', 16_029.4), imported('documents', 30_000), imported('export of CSV', 59_999)]),
    limits: kept({ counting: [ratio('with a key', 1.5), ratio('with a key and limits', 1.22)], fairness: [] }),
    telemetry: kept([ratio('get', 1.06), ratio('create', 1.05)]),
    workers: kept({ rows: [ratio('get', 1.61)], idle: { one: 1, two: 1 }, parent: exactly(1) }),
    queries: kept([
      { row: 'aggregate, declared', aim: 120, p50: exactly(403), p95: exactly(1) },
      { row: 'search, rare word', aim: 20, p50: exactly(403), p95: exactly(20) },
    ]),
    memory: kept({ started: 150.4, rounds: [290, 301], idle: 280 }),
    overload: kept({ rows: { 'at capacity': { accepted: 10, p95: 10 }, '10 ×': { accepted: 7, p95: 20 } } }),
    requests: kept([
      cell('list', 64, 1, [92.9, 101.5]),
      cell('filter', 64, 1, [102.7, 99]),
      cell('get', 16, 0, [200, 1]),
    ]),
  });
  expect(rowsOf(blocks['missed-figures']).toSorted()).toEqual([
    ['REST filter, p95 ms at 64 connections', '102.7', '< 100'],
    ['REST list, as it ships, p95 ms at 64 connections', '101.5', '< 100'],
    ['a read with a key and limits, ratio of CPU', '1.22', '≤ 1.10'],
    ['aggregate, declared, p50 ms', '403', '≤ 120'],
    ['export of CSV, records/s', '59,999', '≥ 60,000'],
    ['get with telemetry, ratio of CPU', '1.06', '≤ 1.05'],
    ['get with two workers, ratio of CPU', '1.61', '≤ 1.10'],
    ['import of CSV, records/s', '16,029', '≥ 30,000'],
    ['overload, ratio of accepted requests', '0.70', '≥ 0.80'],
    ['resident memory after 200,000 requests, MB', '301', '≤ 300'],
  ]);
});

it('says that nothing is missed', () => {
  expect(missedBlocks({ requests: kept([cell('get', 16, 0.5, [1, 1]), cell('get', 64, 0.5, [1, 1])]) })).toEqual({
    missed: 'No operation misses an aim.',
    'missed-figures': 'No other aim is missed.',
  });
});
