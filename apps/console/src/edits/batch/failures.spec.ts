import { HavenError } from 'haven-records';
import { expect, test } from 'vitest';

import { failuresOf, isConflict } from './failures.js';

const problem = { type: '', title: '', status: 422, instance: '', traceId: '' };

test('the violations of a batch belong to its operations', () => {
  const error = new HavenError({
    ...problem,
    code: 'SCHEMA_VIOLATION',
    detail: 'Operation 0: …',
    index: 0,
    errors: [
      { code: 'TYPE', detail: '`title` must be string.', pointer: '/operations/0/data/title' },
      { code: 'NOT_FOUND', detail: 'Operation 12: There is no record.', pointer: '/operations/12' },
    ],
  });
  const failures = failuresOf(error);
  expect(failures?.get(0)).toEqual([{ code: 'TYPE', detail: '`title` must be string.', pointer: '/data/title' }]);
  expect(failures?.get(12)).toEqual([{ code: 'NOT_FOUND', detail: 'There is no record.', pointer: '' }]);
  expect(failures?.get(12)?.some(isConflict)).toBe(true);
  expect(failures?.get(0)?.some(isConflict)).toBe(false);
});

test('an error without violations belongs to the operation with its index', () => {
  const detail = 'Operation 3: the current version is 2.';
  const error = new HavenError({ ...problem, code: 'VERSION_CONFLICT', detail, index: 3 });
  expect(failuresOf(error)).toEqual(
    new Map([[3, [{ code: 'VERSION_CONFLICT', detail: 'the current version is 2.', pointer: '' }]]]),
  );
});

test('other errors are not those of operations', () => {
  expect(failuresOf(new HavenError({ ...problem, code: 'QUERY_TIMEOUT', detail: '' }))).toBeUndefined();
  expect(failuresOf(new TypeError())).toBeUndefined();
});
