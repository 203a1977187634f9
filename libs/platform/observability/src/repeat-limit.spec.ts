import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { RepeatLimit } from './repeat-limit.js';

let written: string[];
let limit: RepeatLimit;

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  limit = new RepeatLimit();
});
afterEach(() => vi.useRealTimers());

const warn = (message: string): void => limit.write(message, (omitted) => void written.push(`${message} +${omitted}`));

it('writes a repeated message once a minute, with the number of those that were left out', () => {
  for (let n = 0; n < 100; n++) warn('slow');
  warn('full');
  expect(written).toEqual(['slow +0', 'full +0']);
  vi.advanceTimersByTime(60_000);
  expect(written).toEqual(['slow +0', 'full +0', 'slow +99']);
  warn('slow');
  warn('full');
  expect(written.slice(3)).toEqual(['full +0']); // a minute without it has passed, so it is new again
  vi.advanceTimersByTime(60_000);
  expect(written.slice(4)).toEqual(['slow +1']);
  vi.advanceTimersByTime(600_000);
  expect(written).toHaveLength(5);
  expect(vi.getTimerCount()).toBe(0);
});

it('writes what it has left out when it is flushed', () => {
  for (let n = 0; n < 3; n++) warn('slow');
  limit.flush();
  expect(written).toEqual(['slow +0', 'slow +2']);
  expect(vi.getTimerCount()).toBe(0);
});

it('counts a bounded number of messages, and loses no count', () => {
  for (let n = 0; n < 2; n++) warn('first');
  for (let n = 0; n < 5_000; n++) warn(`message ${n}`);
  expect(vi.getTimerCount()).toBe(1_000);
  expect(written.filter((line) => line.startsWith('first'))).toEqual(['first +0', 'first +1']);
});
