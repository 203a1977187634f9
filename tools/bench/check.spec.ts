import { beforeEach, expect, it, vi } from 'vitest';

import { checkRatios } from './check.ts';
import type { CellResult } from './compare.ts';
import type { Results } from './results.ts';

const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);

beforeEach(() => {
  printed.mockClear();
});

const exactly = (median: number) => ({ median, min: median, max: median });

function cell(cpu: number, postgresCpu: number, connections = 16): CellResult {
  const plain = { cpu: exactly(cpu), postgresCpu: exactly(postgresCpu), p95: exactly(1) };
  return { connections, api: 'rest', operation: 'get', servers: {}, ratios: { plain } };
}

function kept(...result: CellResult[]): Results {
  const about = { commit: 'c', date: '2026-11-30', machine: 'm', plan: { rounds: 1, seconds: 1 } };
  return { requests: { ...about, result } };
}

it('accepts ratios of up to 1.3 times the kept ones', () => {
  expect(checkRatios([cell(1.29, 2.59)], kept(cell(1, 2)))).toBe(true);
  expect(printed.mock.calls.join('')).not.toContain('worse');
});

it('accepts smaller ratios', () => {
  expect(checkRatios([cell(0.5, 0.1)], kept(cell(1, 2)))).toBe(true);
});

it.each([
  ['CPU', cell(1.31, 2)],
  ['PostgreSQL CPU', cell(1, 2.61)],
])('refuses a greater ratio of %s, and prints which', (figure, measured) => {
  expect(checkRatios([measured], kept(cell(1, 2)))).toBe(false);
  const worse = printed.mock.calls
    .join('')
    .split('\n')
    .filter((row) => row.includes('worse'));
  expect(worse).toHaveLength(1);
  expect(worse[0]).toContain(`| REST get, ${figure} |`);
});

it('compares with the kept ratios at the same number of connections', () => {
  expect(checkRatios([cell(2, 2)], kept(cell(1, 1, 1), cell(2, 2, 16)))).toBe(true);
});

it('fails if there is nothing to compare with', () => {
  expect(() => checkRatios([cell(1, 1)], {})).toThrow('no ratios to compare with');
  expect(() => checkRatios([cell(1, 1)], kept(cell(1, 1, 64)))).toThrow('no ratios of these operations');
});
