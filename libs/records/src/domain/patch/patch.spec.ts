import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { diff } from './difference.js';
import { jsonPatch as applyPatch } from './json-patch.js';
import type { PatchLimits } from './json-patch.js';
import { mergePatch } from './merge-patch.js';
import { PatchBudget } from './patch-budget.js';

const limits = { operations: 1_000, resultBytes: 1_000_000 };
const jsonPatch = (
  document: JsonValue,
  operations: JsonValue,
  { budget, ...others }: PatchLimits & { budget?: PatchBudget },
) => applyPatch(document, operations, others, budget ?? new PatchBudget(Infinity));

describe('mergePatch', () => {
  it.each<[JsonValue, JsonValue, JsonValue]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('matches RFC 7396 appendix A for %j and %j', (target, patch, result) => {
    expect(mergePatch({ x: target }, { x: patch })).toStrictEqual({ x: result });
  });

  it('removes a member of any type', () => {
    expect(mergePatch({ x: { a: 'foo' } }, { x: null })).toStrictEqual({});
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'prototype', 'toJSON', 'length', 'valueOf', ''])(
    'treats a member named %j as any other',
    (name) => {
      expect(mergePatch({}, { [name]: { x: 1, y: null } })).toEqual({ [name]: { x: 1 } });
      expect(mergePatch({ [name]: { a: 1 } }, { [name]: { x: 1 } })).toEqual({ [name]: { a: 1, x: 1 } });
      expect(mergePatch({ [name]: 1, z: 1 }, { [name]: null })).toStrictEqual({ z: 1 });
    },
  );

  it('never reaches a prototype', () => {
    const merged = mergePatch(
      {},
      JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    );
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(({} as JsonObject)['polluted']).toBeUndefined();
  });

  it('changes neither argument', () => {
    const target = frozen({ a: { b: { c: 1 }, d: [1] } });
    const patch = frozen({ a: { b: { c: null, e: { f: null } } } });
    expect(mergePatch(target as JsonObject, patch as JsonObject)).toStrictEqual({ a: { b: { e: {} }, d: [1] } });
  });
});

describe('jsonPatch', () => {
  it.each<[string, JsonValue, JsonValue[], JsonValue]>([
    ['adds a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
    ['adds an element', { foo: ['a', 'b'] }, [{ op: 'add', path: '/foo/1', value: 'c' }], { foo: ['a', 'c', 'b'] }],
    ['adds at the end by index', [1], [{ op: 'add', path: '/1', value: 2 }], [1, 2]],
    ['adds at the end by -', [1], [{ op: 'add', path: '/-', value: [2] }], [1, [2]]],
    ['adds a member named -', {}, [{ op: 'add', path: '/-', value: 1 }], { '-': 1 }],
    ['adds over a member', { a: 1 }, [{ op: 'add', path: '/a', value: null }], { a: null }],
    ['removes a member', { a: 1, b: null }, [{ op: 'remove', path: '/b' }], { a: 1 }],
    ['removes an element', ['a', 'b', 'c'], [{ op: 'remove', path: '/1' }], ['a', 'c']],
    ['replaces a value', { a: 1 }, [{ op: 'replace', path: '/a', value: { b: 2 } }], { a: { b: 2 } }],
    ['replaces the document', { a: 1 }, [{ op: 'replace', path: '', value: [] }], []],
    ['adds the document', { a: 1 }, [{ op: 'add', path: '', value: null }], null],
    ['moves a member', { a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
    ['moves an element', [1, 2, 3], [{ op: 'move', from: '/0', path: '/2' }], [2, 3, 1]],
    ['moves a child to the root', { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '' }], { b: 1 }],
    ['moves a value to its own path', { a: 1, b: 2 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1, b: 2 }],
    ['moves the root to its own path', { a: 1 }, [{ op: 'move', from: '', path: '' }], { a: 1 }],
    ['moves beside a longer name', { a: 1 }, [{ op: 'move', from: '/a', path: '/ab' }], { ab: 1 }],
    ['copies the root into itself', { a: 1 }, [{ op: 'copy', from: '', path: '/b' }], { a: 1, b: { a: 1 } }],
    ['tests numbers by value', { a: 1 }, [{ op: 'test', path: '/a', value: 1.0 }], { a: 1 }],
    [
      'tests objects in any order',
      { a: { b: 1, c: [null] } },
      [{ op: 'test', path: '', value: { a: { c: [null], b: 1 } } }],
      { a: { b: 1, c: [null] } },
    ],
    ['unescapes ~01 to ~1', { '~1': 1, '/': 2 }, [{ op: 'remove', path: '/~01' }], { '/': 2 }],
    [
      'unescapes ~1',
      { 'a/b~c': 1, '': 2 },
      [
        { op: 'remove', path: '/a~1b~0c' },
        { op: 'remove', path: '/' },
      ],
      {},
    ],
    ['ignores other members', {}, [{ op: 'add', path: '/a', value: 1, from: 7, comment: 'x' }], { a: 1 }],
    [
      'applies one after the other',
      {},
      [
        { op: 'add', path: '/a', value: {} },
        { op: 'add', path: '/a/b', value: 1 },
      ],
      { a: { b: 1 } },
    ],
    ['does nothing when empty', { a: 1 }, [], { a: 1 }],
  ])('%s', (_, document, operations, result) => {
    expect(jsonPatch(frozen(document), frozen(operations), limits)).toStrictEqual(result);
  });

  it.each<[string, JsonValue, JsonValue, string]>([
    ['no array', {}, { op: 'add' }, ''],
    ['no object', {}, [1], '/0'],
    ['an unknown op', {}, [{ op: 'spam', path: '' }], '/0/op'],
    ['an op of the prototype', {}, [{ op: 'toString', path: '' }], '/0/op'],
    ['no op', {}, [{ path: '' }], '/0/op'],
    ['no path', {}, [{ op: 'remove' }], '/0/path'],
    ['a path that is not a string', {}, [{ op: 'add', path: 1, value: 1 }], '/0/path'],
    ['a path without a slash', { a: 1 }, [{ op: 'remove', path: 'a' }], '/0/path'],
    ['a stray ~', { '~': 1 }, [{ op: 'remove', path: '/~' }], '/0/path'],
    ['no value', {}, [{ op: 'add', path: '/a' }], '/0/value'],
    ['a test without a value', {}, [{ op: 'test', path: '/a' }], '/0/value'],
    ['no from', {}, [{ op: 'copy', path: '/a' }], '/0/from'],
    ['malformed operations before any is applied', {}, [{ op: 'remove', path: '/x' }, { op: 'x' }], '/1/op'],
    ['a missing member', {}, [{ op: 'remove', path: '/a' }], '/0/path'],
    ['a missing parent', {}, [{ op: 'add', path: '/a/b', value: 1 }], '/0/path'],
    ['a place in a string', { a: 'abc' }, [{ op: 'add', path: '/a/0', value: 1 }], '/0/path'],
    ['a missing source', { b: 1 }, [{ op: 'copy', from: '/a', path: '/c' }], '/0/from'],
    ['a missing source that is also the target', {}, [{ op: 'move', from: '/a', path: '/a' }], '/0/from'],
    ['a source past the end', [1], [{ op: 'move', from: '/1', path: '/0' }], '/0/from'],
    ['a leading zero (add)', [1, 2], [{ op: 'add', path: '/01', value: 1 }], '/0/path'],
    ['a leading zero (replace)', [1, 2], [{ op: 'replace', path: '/01', value: 1 }], '/0/path'],
    ['a leading zero (remove)', [1, 2], [{ op: 'remove', path: '/00' }], '/0/path'],
    ['a leading zero inside the path', [[1]], [{ op: 'remove', path: '/00/0' }], '/0/path'],
    ['an index with a sign', [1, 2], [{ op: 'replace', path: '/+1', value: 1 }], '/0/path'],
    ['an index with an exponent', [1, 2], [{ op: 'replace', path: '/1e0', value: 1 }], '/0/path'],
    ['an index past the end (add)', [1], [{ op: 'add', path: '/2', value: 1 }], '/0/path'],
    ['an index past the end (replace)', [1], [{ op: 'replace', path: '/1', value: 1 }], '/0/path'],
    ['an index past every array', [1], [{ op: 'add', path: '/99999999999999999999', value: 1 }], '/0/path'],
    [
      'a move past the end',
      [1, 2],
      [
        { op: 'move', from: '/0', path: '/1' },
        { op: 'move', from: '/0', path: '/2' },
      ],
      '/1/path',
    ],
    ['- in an operation other than add', [1], [{ op: 'replace', path: '/-', value: 1 }], '/0/path'],
    ['- inside the path', [[]], [{ op: 'add', path: '/-/0', value: 1 }], '/0/path'],
    ['the length of an array', [1], [{ op: 'replace', path: '/length', value: 0 }], '/0/path'],
    ['the length as a source', { a: [] }, [{ op: 'copy', from: '/a/length', path: '/b' }], '/0/from'],
    ['removing the document', {}, [{ op: 'remove', path: '' }], '/0/path'],
    ['a move into a child', { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/c' }], '/0/path'],
    ['a move of the root into itself', { a: 1 }, [{ op: 'move', from: '', path: '/a' }], '/0/path'],
    ['a member of the prototype (inside the path)', {}, [{ op: 'add', path: '/constructor/x', value: 1 }], '/0/path'],
    ['a member of the prototype (remove)', {}, [{ op: 'remove', path: '/toString' }], '/0/path'],
    ['a member of the prototype (copy)', {}, [{ op: 'copy', from: '/constructor/name', path: '/x' }], '/0/from'],
    ['__proto__', {}, [{ op: 'add', path: '/__proto__', value: { x: 1 } }], '/0/path'],
    ['__proto__ inside the path', {}, [{ op: 'add', path: '/__proto__/x', value: 1 }], '/0/path'],
    ['__proto__ as a source', {}, [{ op: 'copy', from: '/__proto__', path: '/x' }], '/0/from'],
  ])('refuses %s', (_, document, operations, pointer) => {
    const error = refusal(() => jsonPatch(frozen(document), frozen(operations), limits));
    expect([error.code, error.extras.errors?.[0]?.pointer]).toEqual(['PATCH_INVALID', pointer]);
  });

  it.each<[JsonValue, string, JsonValue]>([
    [{ a: 1 }, '/a', '1'],
    [{ a: 1 }, '/a', 2],
    [{ a: null }, '/a', false],
    [{ a: [] }, '/a', {}],
    [{ a: [1] }, '/a', [1, 2]],
    [{ a: { b: 1 } }, '/a', {}],
    [{ a: {} }, '/a', { toString: 1 }],
    [{}, '/constructor', {}],
    [{}, '/a', null],
  ])('fails when %j at %s is not %j', (document, path, value) => {
    const operations: JsonValue = [
      { op: 'test', path: '', value: document },
      { op: 'test', path, value },
    ];
    const error = refusal(() => jsonPatch(document, operations, limits));
    expect([error.code, error.status, error.extras.errors?.[0]?.pointer]).toEqual(['PATCH_TEST_FAILED', 409, '/1']);
  });

  it.each(['constructor', 'prototype', 'toString', 'hasOwnProperty', 'length'])(
    'treats a member named %s as any other',
    (name) => {
      const operations: JsonValue = [
        { op: 'add', path: `/${name}`, value: { prototype: 1 } },
        { op: 'replace', path: `/${name}/prototype`, value: 2 },
        { op: 'copy', from: `/${name}`, path: '/copy' },
        { op: 'test', path: '', value: { [name]: { prototype: 2 }, copy: { prototype: 2 } } },
        { op: 'remove', path: `/${name}/prototype` },
      ];
      expect(jsonPatch({}, operations, limits)).toEqual({ [name]: {}, copy: { prototype: 2 } });
    },
  );

  it('does not share a copy with its source', () => {
    const operations: JsonValue = [
      { op: 'add', path: '/a/list/-', value: { x: 1 } },
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/a/list/0/x', value: 2 },
      { op: 'add', path: '/b/list/-', value: 3 },
      { op: 'move', from: '/a', path: '/c' },
      { op: 'replace', path: '/c/list/0/x', value: 4 },
    ];
    const document = frozen({ a: { list: [] } });
    expect(jsonPatch(document, frozen(operations), limits)).toStrictEqual({
      c: { list: [{ x: 4 }] },
      b: { list: [{ x: 1 }, 3] },
    });
  });

  it('refuses more operations than the limit', () => {
    const operations = Array.from({ length: 3 }, () => ({ op: 'add', path: '/a', value: 1 }));
    expect(jsonPatch({}, operations, { ...limits, operations: 3 })).toEqual({ a: 1 });
    const error = refusal(() => jsonPatch({}, operations, { ...limits, operations: 2 }));
    expect([error.code, error.detail]).toEqual(['LIMIT_EXCEEDED', expect.stringContaining('limits.patchOperations')]);
  });

  it('counts the bytes of the result as JSON.stringify writes it', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const resultBytes = Buffer.byteLength(JSON.stringify(document));
        expect(jsonPatch(document, [], { operations: 0, resultBytes })).toBe(document);
        expect(() => jsonPatch(document, [], { operations: 0, resultBytes: resultBytes - 1 })).toThrow(HavenError);
      }),
    );
  });

  it('stops a chain of copies at the first one beyond the limit', () => {
    const doubling = Array.from({ length: 100 }, (_, i) => ({ op: 'copy', from: '', path: `/c${i}` }));
    const error = refusal(() => jsonPatch({ seed: 'x'.repeat(100) }, doubling, limits));
    expect(error.code).toBe('LIMIT_EXCEEDED');
    expect(error.extras.errors?.[0]?.pointer).toBe('/13');
    const overwriting = Array.from({ length: 1_000 }, () => ({ op: 'copy', from: '/a', path: '/b' }));
    expect(refusal(() => jsonPatch({ a: 'x'.repeat(10_000) }, overwriting, limits)).code).toBe('LIMIT_EXCEEDED');
  });

  it('supports deeper nesting than a single request can have', () => {
    const deeper = Array.from({ length: 30 }, (_, i) => ({
      op: 'add',
      path: '/a'.repeat(i * 1_000),
      value: nested(1_000),
    }));
    const twice = [...deeper, { op: 'copy', from: '/a', path: '/b' }];
    expect(() => jsonPatch({}, twice, limits)).not.toThrow();
    const tested = [...twice, { op: 'copy', from: '', path: '/c' }, { op: 'test', path: '/c/b/a', value: 1 }];
    expect(refusal(() => jsonPatch({}, tested, limits)).code).toBe('PATCH_TEST_FAILED');
  });

  it('applies a thousand operations to a megabyte without copying it each time', () => {
    const document = {
      data: Array.from({ length: 20_000 }, (_, i) => ({ id: i, name: `record number ${i}`, tags: ['a', 'b'] })),
    };
    const operations = Array.from({ length: 1_000 }, (_, i) => ({
      op: 'replace',
      path: `/data/${i * 20}/name`,
      value: 'x',
    }));
    const result = jsonPatch(document, operations, { ...limits, resultBytes: 2_000_000 }) as typeof document;
    expect(result.data[1]).toBe(document.data[1]);
    expect(result.data[20]).toEqual({ id: 20, name: 'x', tags: ['a', 'b'] });
    expect(result.data[20]?.tags).toBe(document.data[20]?.tags);
  });
});

describe('the work of a JSON Patch', () => {
  /** Returns the steps that the patch takes: the smallest limit with which it is not refused. */
  function stepsOf(document: JsonValue, ...operations: JsonValue[]): number {
    const isEnough = (steps: number) => {
      try {
        jsonPatch(document, operations, { ...limits, budget: new PatchBudget(steps) });
        return true;
      } catch (error) {
        if (error instanceof HavenError && error.code === 'PATCH_TOO_EXPENSIVE') return false;
        throw error;
      }
    };
    let [low, high] = [0, 2 ** 30];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isEnough(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
  const list = Array<number>(1_000).fill(0);

  it.each<[string, number, JsonValue[]]>([
    ['a removal at the start', 1_000, [{ op: 'remove', path: '/list/0' }]],
    ['a removal at the end', 1, [{ op: 'remove', path: '/list/999' }]],
    ['an insertion at the start', 1_000, [{ op: 'add', path: '/list/0', value: 1 }]],
    ['an insertion at the end', 0, [{ op: 'add', path: '/list/-', value: 1 }]],
    ['a move from the end to the start', 1_000, [{ op: 'move', from: '/list/999', path: '/list/0' }]],
    ['a move from the start to the end', 1_000, [{ op: 'move', from: '/list/0', path: '/list/999' }]],
    ['a replacement', 0, [{ op: 'replace', path: '/list/0', value: list }]],
    [
      'members',
      0,
      [
        { op: 'move', from: '/list', path: '/other' },
        { op: 'remove', path: '/other' },
      ],
    ],
    ['a copy', 100_000, [{ op: 'copy', from: '/list', path: '/other' }]],
    ['a copy to the start of a list', 1_000, [{ op: 'copy', from: '/list/5', path: '/list/0' }]],
    ['a test that compares all', 40_000, [{ op: 'test', path: '/list', value: [...list] }]],
    ['a long pointer', 20 * 44, [{ op: 'add', path: `/${'x'.repeat(299)}`, value: 1 }]],
    [
      'two operations',
      1_999,
      [
        { op: 'remove', path: '/list/0' },
        { op: 'remove', path: '/list/0' },
      ],
    ],
  ])('is counted: %s is %d', (_, steps, operations) => {
    expect(stepsOf({ list }, ...operations)).toBe(steps);
  });

  it('is refused at the operation that exceeds the limit', () => {
    const moves = Array.from({ length: 5 }, () => ({ op: 'move', from: '/list/999', path: '/list/0' }));
    const budget = new PatchBudget(3_500);
    const error = refusal(() => jsonPatch({ list }, moves, { ...limits, budget }));
    expect([error.code, error.status, error.extras.errors?.[0]?.pointer]).toEqual(['PATCH_TOO_EXPENSIVE', 422, '/3']);
  });

  it('adds up over patches with the same budget', () => {
    const budget = new PatchBudget(1_500);
    const remove = [{ op: 'remove', path: '/list/0' }];
    expect(jsonPatch({ list }, remove, { ...limits, budget })).toEqual({ list: list.slice(1) });
    expect(refusal(() => jsonPatch({ list }, remove, { ...limits, budget })).code).toBe('PATCH_TOO_EXPENSIVE');
  });
});

describe('diff', () => {
  it.each<[JsonValue, JsonValue, JsonValue]>([
    [{ a: 1, long: 'a'.repeat(99) }, { a: 2, long: 'a'.repeat(99) }, [{ op: 'replace', path: '/a', value: 2 }]],
    [
      { long: 'a'.repeat(99), b: 1 },
      { long: 'a'.repeat(99), 'c/d': 1 },
      [
        { op: 'remove', path: '/b' },
        { op: 'add', path: '/c~1d', value: 1 },
      ],
    ],
    [['a'.repeat(99)], ['a'.repeat(99), 1], [{ op: 'add', path: '/1', value: 1 }]],
    [
      ['a'.repeat(99), 1, 2],
      ['a'.repeat(99)],
      [
        { op: 'remove', path: '/2' },
        { op: 'remove', path: '/1' },
      ],
    ],
    [{ a: { b: [1] } }, { a: { b: [1] } }, []],
    [{}, [], [{ op: 'replace', path: '', value: [] }]],
    [{ a: {} }, { a: null }, [{ op: 'replace', path: '/a', value: null }]],
    [[0, 0, 0], [1, 1, 1], [{ op: 'replace', path: '', value: [1, 1, 1] }]],
  ])('between %j and %j', (before, after, operations) => {
    expect(diff(before, after)).toEqual(operations);
  });

  it('turns any document into any other', () => {
    const open = { operations: Infinity, resultBytes: Infinity };
    fc.assert(
      fc.property(documents, documents, documents, (shared, before, after) => {
        const one = frozen({ shared, before, list: [shared, before, shared], text: 'x'.repeat(500) });
        const other = frozen({ shared, after, list: [shared, after], text: 'x'.repeat(500) });
        const operations = diff(one, other) as JsonValue;
        expect(jsonPatch(one, operations, open)).toStrictEqual(other);
        expect(jsonPatch(before, diff(before, after) as JsonValue, open)).toStrictEqual(after);
        expect(diff(before, structuredClone(before))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is not much larger than the resulting document', () => {
    const cases: [JsonValue, JsonValue][] = [
      [Array.from({ length: 50_000 }, () => 0), Array.from({ length: 50_000 }, () => 1)],
      [Array.from({ length: 50_000 }, () => 0), []],
      [
        { a: { b: Array(50_000).fill(0) }, c: 1 },
        { a: { b: Array(50_000).fill(1) }, c: 2 },
      ],
      [Array.from({ length: 50_000 }, (_, n) => ({ n })), Array.from({ length: 40_000 }, (_, n) => ({ n: n + 1 }))],
      [{ ['k'.repeat(100_000)]: Array(20_000).fill(0) }, { ['k'.repeat(100_000)]: Array(20_000).fill(1) }],
    ];
    for (const [before, after] of cases) {
      expect(JSON.stringify(diff(before, after)).length).toBeLessThan(JSON.stringify(after).length + 100);
    }
  });

  it('prefixes paths when both values are wrapped in a member', () => {
    expect(diff({ data: [0, 0] }, { data: [1, 1] })).toEqual([{ op: 'replace', path: '/data', value: [1, 1] }]);
    expect(diff({ data: {} }, { data: { a: 1 } })).toEqual([{ op: 'add', path: '/data/a', value: 1 }]);
  });
});

const names = fc.constantFrom(
  'a',
  'b',
  'c',
  '',
  '-',
  '0',
  'a/b',
  'm~n',
  '~1',
  'constructor',
  'toString',
  'hasOwnProperty',
  'é',
);
const { documents } = fc.letrec<{ documents: JsonValue }>((tie) => ({
  documents: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1.5, 1e21, '', 'a', 'é😀"\n'),
    fc.array(tie('documents'), { maxLength: 5 }),
    fc.dictionary(names, tie('documents'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

function nested(depth: number): JsonValue {
  return Array.from({ length: depth }).reduce<JsonValue>((inner) => ({ a: inner }), {});
}

/** Freezes a value deeply: in strict mode, changing it throws. */
function frozen(value: JsonValue): JsonValue {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  Object.freeze(value);
  return value;
}

function refusal(act: () => unknown): HavenError {
  try {
    act();
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
  throw new Error('was not refused');
}
