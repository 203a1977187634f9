import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { HavenError } from '@haven/kernel';
import { ComponentHealths, Metrics } from '@haven/observability';

import type { BackgroundTasks } from './background-task.js';
import type { DatabaseCheck } from './database-check.js';
import { WriteAvailability } from './write-availability.js';

const query = vi.fn<() => Promise<object[]>>();
let writes: WriteAvailability;

beforeEach(() => {
  vi.useFakeTimers();
  query.mockReset().mockResolvedValue([{ isReadOnly: false, isLocked: false }]);
  writes = new WriteAvailability({ query } as unknown as DatabaseCheck, new Metrics(), new ComponentHealths(), {
    create: () => undefined,
  } as unknown as BackgroundTasks);
});
afterEach(() => vi.useRealTimers());

const diskFull = Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' });

it('learns from a failed write that the disk is full, and from a successful one that it is not', () => {
  writes.recordFailure(new HavenError('UNAVAILABLE', 'The database cannot be reached.', { cause: diskFull }));
  expect(writes.problem).toBe('The disk of the database is full.');
  writes.recordSuccess();
  expect(writes.problem).toBeUndefined();
});

it('forgets a failed write after a while, so that it recovers if there are no writes', async () => {
  writes.recordFailure(diskFull);
  await writes.check();
  expect(writes.problem).toBe('The disk of the database is full.');
  vi.advanceTimersByTime(15_000);
  expect(writes.problem).toBeUndefined();
});

it('ignores errors that do not concern other writes', () => {
  for (const code of ['23505', '40001', '57014', '42501'])
    writes.recordFailure(Object.assign(new Error('failed'), { code }));
  expect(writes.problem).toBeUndefined();
});

it('asks the database whether it accepts writes', async () => {
  writes.recordFailure(Object.assign(new Error('read-only'), { code: '25006' }));
  expect(writes.problem).toBe('The database is read-only.');
  await writes.check();
  expect(writes.problem).toBeUndefined();
  query.mockResolvedValue([{ isReadOnly: true, isLocked: false }]);
  await writes.check();
  expect(writes.problem).toBe('The database is read-only.');
  query.mockResolvedValue([{ isReadOnly: false, isLocked: true }]);
  await writes.check();
  expect(writes.problem).toBe('A lock on a table blocks writes.');
  query.mockRejectedValue(new Error('connect ECONNREFUSED'));
  await writes.check();
  expect(writes.problem).toBe('The database does not respond.');
});
