import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { joinPath, parseField, parsePath, printField, printPath, splitUnescaped, valueAt } from './path.js';

const name = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
    fc.string({ unit: fc.constantFrom(...'\\.,-_$a'), minLength: 1 }),
  )
  .filter((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text));
const path = fc.array(name, { minLength: 1, maxLength: 16 });

describe('a field path', () => {
  it('parses what printPath printed, alone and in a list', () => {
    fc.assert(
      fc.property(path, (names) => {
        expect(parsePath(printPath(names))).toEqual(names);
        expect(splitUnescaped(`${printPath(names)},x`, ',')).toEqual([printPath(names), 'x']);
        expect(printPath(names)).not.toMatch(/^[-_$]/);
      }),
    );
  });

  it.each([
    ['address.city', ['address', 'city']],
    ['a\\.b', ['a.b']],
    ['Worldwide\\,Gross', ['Worldwide,Gross']],
    ['Major Genre', ['Major Genre']],
    ["it's", ["it's"]],
    ['\\-x', ['-x']],
    ['a.\\$ref', ['a', '$ref']],
    ['\\$id', ['$id']],
    ['_private', ['_private']],
    ['a\\\\', ['a\\']],
    ['0', ['0']],
  ])('reads %s', (text, names) => expect(parsePath(text)).toEqual(names));

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '\\',
    'a\\',
    'a\\\\\\',
    '$x',
    'a.$id',
    '$id',
    '$id.a',
    'a\0',
    '\ud800',
    'a'.repeat(1025),
  ])('refuses %j', (text) => expect(() => parsePath(text)).toThrow(expect.objectContaining({ code: 'SORT_INVALID' })));

  it('has at most sixteen segments, including those of its parent', () => {
    const use = { code: 'FILTER_INVALID', pointer: '/a' } as const;
    const fifteen = Array.from({ length: 15 }, () => 'a');
    expect(joinPath(fifteen, 'b', use)).toHaveLength(16);
    expect(() => joinPath(fifteen, 'b.c', use)).toThrow('/a: a path may have at most 16 segments.');
  });

  it('may name a system field', () => {
    expect(parseField('$createdAt')).toEqual({ system: 'createdAt' });
    expect(printField({ system: 'id' })).toBe('$id');
    expect(printField({ path: ['$id'] })).toBe('\\$id');
  });

  it('follows only own members of objects', () => {
    expect(valueAt({ a: { b: null } }, ['a', 'b'])).toBeNull();
    expect(valueAt({ a: [1] }, ['a', '0'])).toBeUndefined();
    expect(valueAt({ a: 'text' }, ['a', 'length'])).toBeUndefined();
    expect(valueAt({}, ['constructor'])).toBeUndefined();
    expect(valueAt({}, ['__proto__'])).toBeUndefined();
  });
});
