import { expect, it } from 'vitest';

import { ConnectionError, HavenError } from 'haven-records';

import { problemOf } from './problem.js';

it('shows the code of an error, its invalid places, and what to do', () => {
  const errors = Array.from({ length: 12 }, (_, n) => ({ pointer: `/${n}`, detail: 'must be a number' }));
  const error = new HavenError({
    type: 'about:blank',
    title: 'Validation failed',
    instance: '/',
    status: 422,
    code: 'VALIDATION_FAILED',
    detail: 'The body is not valid.',
    traceId: 'abc',
    errors: errors.map((place) => ({ ...place, code: 'TYPE' })),
  });
  const problem = problemOf(error);
  expect(problem).toMatchObject({
    title: 'VALIDATION_FAILED',
    text: 'The body is not valid.',
    section: 'errors#validation-failed',
    traceId: 'abc',
    more: 2,
  });
  expect(problem.places).toMatchObject(errors.slice(0, 10));
});

it('shows other errors without a section of the documentation', () => {
  expect(problemOf(new ConnectionError('There was no response.'))).toMatchObject({ title: 'No connection' });
  expect(problemOf(new Error('It is full.'))).toMatchObject({ title: 'Error', text: 'It is full.' });
  expect(problemOf('odd')).toMatchObject({ title: 'Error', text: 'odd' });
  expect(problemOf(new Error('x')).section).toBeUndefined();
});
