import { describe, expect, it } from 'vitest';

import { HavenError, invalid } from './error.js';
import { withPointers, withPointerPrefix, rewriteErrors } from './pointer-prefix.js';

const refusal = (pointer: string) => invalid('VALIDATION_FAILED', pointer, 'must be a number');

function thrown(act: () => unknown): HavenError {
  try {
    act();
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('withPointerPrefix', () => {
  const at = (pointer: string, prefix = '/filter') =>
    thrown(() =>
      withPointerPrefix(prefix, () => {
        throw refusal(pointer);
      }),
    );

  it('adds the prefix to the pointers and to the pointer in the text', () => {
    expect(at('/year')).toMatchObject({
      detail: '/filter/year: `year` must be a number.',
      extras: { errors: [{ pointer: '/filter/year' }] },
    });
  });

  it('adds the prefix to the text if the pointer is empty', () => {
    expect(at('')).toMatchObject({
      detail: '/filter: The value must be a number.',
      extras: { errors: [{ pointer: '/filter' }] },
    });
  });

  it('does not change the error if the prefix is empty', () => {
    expect(at('/year', '').detail).toBe('/year: `year` must be a number.');
  });

  it('returns the result of the function', () => {
    expect(withPointerPrefix('/filter', () => 7)).toBe(7);
  });
});

describe('rewriteErrors', () => {
  it('replaces only errors of the catalogue', () => {
    const throwing = (error: Error) => () =>
      rewriteErrors(
        () => {
          throw error;
        },
        ({ code }) => new HavenError(code, 'Other words.'),
      );
    expect(throwing(refusal('/year'))).toThrow('Other words.');
    expect(throwing(new TypeError('another error'))).toThrow('another error');
  });
});

describe('withPointers', () => {
  it('replaces each pointer and keeps the rest of the error', () => {
    const error = new HavenError('SCHEMA_VIOLATION', 'Two places.', {
      index: 3,
      errors: ['/data/a', '/data'].map((pointer) => ({ code: 'SCHEMA_VIOLATION', detail: 'Wrong.', pointer })),
    });
    const { detail, extras } = withPointers(error, (pointer) => pointer.replace(/^\/data/, ''));
    expect(detail).toBe('Two places.');
    expect(extras).toMatchObject({ index: 3, errors: [{ pointer: '/a' }, { pointer: '' }] });
  });

  it('adds no `errors` to an error without them', () => {
    expect(withPointers(new HavenError('NOT_FOUND', 'Gone.'), () => '/x').extras).not.toHaveProperty('errors');
  });
});
