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

describe('relocated', () => {
  const at = (pointer: string, prefix = '/filter') =>
    thrown(() =>
      withPointerPrefix(prefix, () => {
        throw refusal(pointer);
      }),
    );

  it('puts the prefix before the pointers and before the one in the text', () => {
    expect(at('/year')).toMatchObject({
      detail: '/filter/year: must be a number.',
      extras: { errors: [{ pointer: '/filter/year' }] },
    });
  });

  it('names the place of what is wrong as a whole', () => {
    expect(at('')).toMatchObject({
      detail: '/filter: must be a number.',
      extras: { errors: [{ pointer: '/filter' }] },
    });
  });

  it('leaves the error alone without a prefix', () => {
    expect(at('/year', '').detail).toBe('/year: must be a number.');
  });

  it('returns what the work returns', () => {
    expect(withPointerPrefix('/filter', () => 7)).toBe(7);
  });
});

describe('reworded', () => {
  it('changes errors of the catalogue and no others', () => {
    const throwing = (error: Error) => () =>
      rewriteErrors(
        () => {
          throw error;
        },
        ({ code }) => new HavenError(code, 'Other words.'),
      );
    expect(throwing(refusal('/year'))).toThrow('Other words.');
    expect(throwing(new TypeError('a fault'))).toThrow('a fault');
  });
});

describe('movedTo', () => {
  it('moves each pointer, and keeps what else the error says', () => {
    const error = new HavenError('SCHEMA_VIOLATION', 'Two places.', {
      index: 3,
      errors: ['/data/a', '/data'].map((pointer) => ({ code: 'SCHEMA_VIOLATION', detail: 'Wrong.', pointer })),
    });
    const { detail, extras } = withPointers(error, (pointer) => pointer.replace(/^\/data/, ''));
    expect(detail).toBe('Two places.');
    expect(extras).toMatchObject({ index: 3, errors: [{ pointer: '/a' }, { pointer: '' }] });
  });

  it('adds no list of places to an error without one', () => {
    expect(withPointers(new HavenError('NOT_FOUND', 'Gone.'), () => '/x').extras).not.toHaveProperty('errors');
  });
});
