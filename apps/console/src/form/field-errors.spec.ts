import { expect, test } from 'vitest';

import { errorsAt, violationsOfDocument } from './field-errors.js';

test('makes pointers into requests to pointers into the document', () => {
  const at = (pointer: string) => ({ code: 'TYPE', detail: 'd', pointer });
  expect(violationsOfDocument([at('/data/a/0'), at('/operations/3/data/b'), at('/data'), at('/database')])).toEqual([
    ...[{ pointer: '/a/0' }, { pointer: '/b' }, { pointer: '' }].map((place) => ({ ...place, detail: 'd' })),
  ]);
});

test('finds the errors of a value, and those within it', () => {
  const errors = [
    { pointer: '/a', detail: 'one' },
    { pointer: '/a/0', detail: 'two' },
    { pointer: '/ab', detail: 'three' },
  ];
  expect(errorsAt(errors, '/a', 'exact')).toBe('one');
  expect(errorsAt(errors, '/a', 'below')).toBe('one two');
  expect(errorsAt(errors, '/b', 'below')).toBeUndefined();
});
