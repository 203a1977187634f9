import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { checkJson } from './check-json.js';
import { HavenError } from './error.js';
import { isExactNumber } from './json-number.js';
import type { JsonLimits, JsonValue } from './json-value.js';
import { inexactNumbersIn, parseJson, scanJson } from './parse-json.js';
import { RawJson } from './raw-json.js';

const limits: JsonLimits = { depth: 20, keys: 1_000 };
const wide: JsonLimits = { depth: 20, keys: 1_000_000 };

const accepted = [
  '{}', '[]', ' \t\r\n[ ] ', 'null', 'true', 'false', '""', '0', '[1,2]', '{"a":{"b":[null,{}]}}', '[[],[[]],{}]',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', '"\u007f\u2028\ufeff"', '"😀"', '"\\ud83d\\ude00"', '"\\u0001"', '"\\\\u0000"', '{"":1}', '{"a":1,"A":2}',
  '{"constructor":1,"toString":2,"hasOwnProperty":3,"prototype":4,"__proto":5}', '[{"a":1},{"a":1}]', '{"a":{"a":1}}',
  '0.1', '1.10', '1e2', '1E+2', '1.5e-7', '5e-324', '1.7976931348623157e308', '1e21', '6.02214076e23', '0.30000000000000004',
  '9007199254740991', '-9007199254740991', '100.000000000000000000000', '9007199254740992', '-9007199254740994', '1e20', '100000000000000000000', '1000000000000000000000000', '9223372036854776000', '0e999999999999', '0.000e-5', '1000000000000000e-15',
]; // prettier-ignore

const malformed = [
  '', ' ', '{', '[', '}', ']', '[1', '[1,', '[1,]', '[,1]', '[1 2]', '{"a"}', '{"a":}', '{"a":1,}', '{,}', '{a:1}', "{'a':1}", '{1:1}', '{"a" 1}',
  '1 2', '[]]', '{}{}', 'nul', 'True', 'NaN', 'Infinity', 'undefined', '+1', '01', '-01', '.5', '1.', '1.e5', '1e', '1e+', '-', '--1', '0x10', '1_000',
  '"', '"a', '"\\"', '"\\x41"', '"\\u12"', '"\\u12g4"', '"\\', '"\n"', '"\u0000"', '"\t"', '\ufeff[]', '\u00a01', '[1]//', '/**/1', "'a'", '[1}', '{"a":1]', 'truefalse',
]; // prettier-ignore

describe('parseJson', () => {
  it.each(accepted)('reads %s as JSON.parse does', (text) => {
    expect(parseJson(text, limits)).toEqual(JSON.parse(text));
  });

  it.each(malformed)('refuses %j as malformed', (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(refusal(() => parseJson(text, limits)).code).toBe('MALFORMED_JSON');
  });

  it('reports line and column of malformed text, and at most one character of it', () => {
    const { detail } = refusal(() => parseJson('{\n  "a": 1,\n  "b": secret\n}', limits));
    expect(detail).toBe('Line 3, column 8: expected a value, found "s".');
    expect(refusal(() => parseJson('[1,', limits)).detail).toBe(
      'Line 1, column 4: expected a value, found the end of the text.',
    );
  });

  it.each([
    ['{"a":1,"b":2,"a":3}', '/a'],
    ['[{"x":{"a":1,"\\u0061":1}}]', '/0/x/a'],
    ['{"a/b":{"m~n":[0,1e400]}}', '/a~1b/m~0n/1'],
    ['9007199254740993', ''],
    ['{"n":-9007199254740993}', '/n'],
    ['[9223372036854775807]', '/0'],
    ['[9223372036854775808]', '/0'],
    ['[100000000000000000001]', '/0'],
    ['[9007199254740993.0]', '/0'],
    ['[0.12345678901234567890]', '/0'],
    ['[0.1000000000000000055511151231257827]', '/0'],
    ['[1e-400]', '/0'],
    ['[-1e400]', '/0'],
    ['[4e-324]', '/0'],
    ['[1e999999999999999999999]', '/0'],
    ['["\\u0000"]', '/0'],
    ['["a\\ud800"]', '/0'],
    ['["\\ude00\\ud83d"]', '/0'],
    ['["\ud83d"]', '/0'],
    ['{"a":{"b\\u0000":1}}', '/a'],
    ['{"a":{"b\\udc00":1}}', '/a'],
    ['{"a":[{"__proto__":{}}]}', '/a/0/__proto__'],
    ['{"\\u005f_proto__":1}', '/__proto__'],
  ])('refuses %s as not exact and points at %j', (text, pointer) => {
    const error = refusal(() => parseJson(text, limits));
    expect([error.code, error.extras.errors?.[0]?.pointer]).toEqual(['JSON_NOT_EXACT', pointer]);
    expect(refusal(() => parseJson(text, limits, '/data')).extras.errors?.[0]?.pointer).toBe(`/data${pointer}`);
  });

  it('finds a duplicate among many members', () => {
    const names = Array.from({ length: 500 }, (_, i) => `"n${i}":${i}`);
    expect(parseJson(`{${names.join()}}`, limits)).toHaveProperty('n499', 499);
    expect(pointerOf(() => parseJson(`{${names.join()},"n7":0}`, limits))).toBe('/n7');
  });

  it('reads negative zeros as 0', () => {
    const text = '[-0,-0.0e5,{"a":-0},-0.5,-1,"-0"]';
    expect(parseJson(text, limits)).toStrictEqual([0, 0, { a: 0 }, -0.5, -1, '-0']);
  });

  it('accepts nesting and members up to the limits', () => {
    const nested = (depth: number) => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2);
    expect(parseJson(nested(20), limits)).toBeDefined();
    const tooDeep = refusal(() => parseJson(nested(22), limits));
    expect([tooDeep.code, tooDeep.extras.errors?.[0]?.pointer]).toEqual(['LIMIT_EXCEEDED', '/0/a'.repeat(10)]);
    expect(tooDeep.detail).toContain('limits.jsonDepth');

    expect(parseJson('[{"a":1},{"a":1,"b":2}]', { depth: 2, keys: 3 })).toBeDefined();
    const tooMany = refusal(() => parseJson('[{"a":1},{"a":1,"b":2}]', { depth: 2, keys: 2 }));
    expect([tooMany.code, tooMany.extras.errors?.[0]?.pointer]).toEqual(['LIMIT_EXCEEDED', '/1/b']);
    expect(parseJson('1', { depth: 0, keys: 0 })).toBe(1);
  });

  it('accepts values up to the limit, and counts every scalar, array and object once', () => {
    const at = (values: number) => ({ depth: 2, keys: 10, values });
    for (const [text, values, pointer] of [
      ['1', 1, ''],
      ['[]', 1, ''],
      ['[[],{},"",0,null]', 6, '/4'],
      ['{"a":[1,2],"b":{"c":true}}', 6, '/b/c'],
    ] as const) {
      expect(parseJson(text, at(values))).toEqual(JSON.parse(text));
      expect(scanJson(text, at(values)).values).toBe(values);
      expect(() => checkJson(JSON.parse(text), at(values))).not.toThrow();
      for (const check of [() => parseJson(text, at(values - 1)), () => checkJson(JSON.parse(text), at(values - 1))]) {
        const error = refusal(check);
        expect([error.code, error.extras.errors?.[0]?.pointer]).toEqual(['LIMIT_EXCEEDED', pointer]);
        expect(error.detail).toContain('limits.jsonValues');
      }
    }
  });

  it('refuses too many values without building any', () => {
    const built = vi.spyOn(JSON, 'parse');
    const text = `{"variables":{"a":[${'[],'.repeat(5_000_000)}[]]}}`;
    expect(pointerOf(() => parseJson(text, { depth: 64, keys: 10, values: 524_288 }))).toBe('/variables/a/524285');
    expect(built).not.toHaveBeenCalled();
    built.mockRestore();
  });

  it('reads everything that JSON.stringify writes, unless checkJson refuses it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value);
        const expected = JSON.parse(text) as JsonValue;
        const verdict = codeOf(() => checkJson(expected, limits));
        if (verdict) expect(codeOf(() => parseJson(text, limits))).toBe(verdict);
        else expect(parseJson(text, limits)).toStrictEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('accepts the same texts as JSON.parse', () => {
    const piece = fc.constantFrom(
      ...'{}[],:"\\0123456789.eE+- \nanulltruefalse',
      '"a"',
      '"b":',
      '\\u00e9',
      '1e5',
      'null',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const mine = codeOf(() => parseJson(text, limits));
        if (mine !== 'JSON_NOT_EXACT') expect(mine === 'MALFORMED_JSON').toBe(!isJson(text));
      }),
      { numRuns: 5_000 },
    );
  });

  // A parser that is slower than linear would exceed the time limit of the test.
  it.each<[string, string, string | undefined]>([
    ['unclosed arrays', '['.repeat(1_000_000), 'LIMIT_EXCEEDED'],
    ['unclosed objects', '{"a":'.repeat(200_000), 'LIMIT_EXCEEDED'],
    ['escapes', `"${'\\u0041'.repeat(170_000)}"`, undefined],
    ['pairs of surrogates', `"${'\\ud83d\\ude00'.repeat(80_000)}"`, undefined],
    ['many digits', '9'.repeat(1_000_000), 'JSON_NOT_EXACT'],
    ['many zeros after the point', `0.${'0'.repeat(1_000_000)}`, undefined],
    ['a digit among zeros', `1.${'0'.repeat(500_000)}1${'0'.repeat(500_000)}`, 'JSON_NOT_EXACT'],
    ['a long exponent', `1e${'9'.repeat(100_000)}`, 'JSON_NOT_EXACT'],
    ['an exponent with zeros in front', `1e-${'0'.repeat(100_000)}5`, undefined],
    ['negative zeros', `[${'-0,'.repeat(300_000)}0]`, undefined],
    ['many keys', `{${Array.from({ length: 200_000 }, (_, i) => `"k${i}":0`).join()}}`, undefined],
    ['long keys', `{${Array.from({ length: 9 }, (_, i) => `"${'k'.repeat(100_000)}${i}":0`).join()}}`, undefined],
    ['white space', `[${'\n'.repeat(1_000_000)}`, 'MALFORMED_JSON'],
  ])('reads a megabyte of %s', (_what, text, code) => {
    expect(codeOf(() => parseJson(text, wide))).toBe(code);
  });
});

describe('a verbatim member', () => {
  const scan = (text: string) => scanJson(text, limits, { verbatim: 'schema' }).parse() as Record<string, unknown>;

  it('is returned as the text that was read, with any space inside', () => {
    const schema = '{ "b":1.0,\n "a" : {"2":0,"1":9223372036854775807} }';
    for (const [before, after] of [
      ['{"name":"x","schema":', ',"more":{"schema":{}}}'],
      ['{ "schema" :\n', '  }'],
    ]) {
      const { schema: read, ...others } = scan(`${before}${schema}${after}`);
      expect(read).toBeInstanceOf(RawJson);
      expect((read as RawJson).text).toBe(schema);
      expect(others).toEqual(after?.includes('more') ? { name: 'x', more: { schema: {} } } : {});
    }
  });

  it('may contain numbers that are not exact, but nothing else that is refused', () => {
    const errorIn = (text: string): string | undefined => codeOf(() => scan(text));
    expect(errorIn('{"schema":{"a":9007199254740993}}')).toBeUndefined();
    for (const text of [
      '{"schema":{},"a":9007199254740993}',
      '{"a":{"schema":{"a":9007199254740993}}}',
      '[{"schema":{"a":9007199254740993}}]',
      '{"schema":{"a":1e400}}',
      '{"schema":{"a":1,"a":2}}',
      '{"schema":{"a":"\\u0000"}}',
    ]) {
      expect(errorIn(text), text).toBe('JSON_NOT_EXACT');
    }
  });

  it('is a value as usual if it is not an object', () => {
    for (const value of [null, 'x', 5, [], true]) {
      expect(scan(JSON.stringify({ schema: value }))).toEqual({ schema: value });
    }
    expect(scan('{"schemas":{}}')).toEqual({ schemas: {} });
  });

  it('has known numbers that are not exact', () => {
    const text = '{"a":1,"b":[0.1,9007199254740993],"c/d":{"e":-9223372036854775809}}';
    expect([...inexactNumbersIn(text)]).toEqual([
      ['/b/1', '9007199254740993'],
      ['/c~1d/e', '-9223372036854775809'],
    ]);
  });
});

describe('isExactNumber', () => {
  it('is true exactly for literals with the decimal value that their double is printed as', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 22 });
    const literal = fc
      .tuple(fc.constantFrom('', '-'), digits, fc.option(digits), fc.option(fc.integer({ min: -330, max: 310 })))
      .map(([sign, whole, fraction, exponent]) => {
        const mantissa = sign + (whole.replace(/^0+/, '') || '0') + (fraction === null ? '' : `.${fraction}`);
        return exponent === null ? mantissa : `${mantissa}e${exponent}`;
      });
    fc.assert(
      fc.property(fc.oneof(literal, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)), (text) => {
        const value = Number(text);
        expect(isExactNumber(text)).toBe(Number.isFinite(value) && sameDecimal(text, String(value)));
        if (Number.isFinite(value)) expect(isExactNumber(JSON.stringify(value))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});

it.each([
  ['9007199254740993', 'is a number that would become 9007199254740992, because'],
  ['9223372036854775808', 'is a number that would become 9223372036854776000, because'],
  ['1e-400', 'is a number that would become 0, because'],
  ['-1e400', 'is a number beyond the range of a double, ±1.7976931348623157e+308;'],
])('the error for %s names the number that would be stored', (literal, text) => {
  expect(refusal(() => parseJson(literal, limits)).extras.errors?.[0]?.detail).toContain(text);
});

describe('checkJson', () => {
  it('accepts plain JSON values and objects without a prototype', () => {
    const bare: unknown = Object.assign(Object.create(null), { a: 1 });
    for (const value of [
      null,
      true,
      'a',
      0.5,
      [],
      {},
      { a: [{ b: 1 }] },
      bare,
      { constructor: 1, toString: 2 },
      6e23,
      2 ** 53,
    ]) {
      expect(() => checkJson(value, limits)).not.toThrow();
    }
  });

  it.each([
    [Number.NaN, ''],
    [{ a: Infinity }, '/a'],
    [{ a: [Number.NEGATIVE_INFINITY] }, '/a/0'],
    [{ 'a/b': '\0' }, '/a~1b'],
    [['\ud800'], '/0'],
    [[{ '\udc00': 1 }], '/0'],
    [JSON.parse('{"a":{"__proto__":1}}'), '/a/__proto__'],
    [{ a: undefined }, '/a'],
    [[undefined], '/0'],
    [{ a: 1n }, '/a'],
    [{ a: () => 1 }, '/a'],
    [{ a: new Date(0) }, '/a'],
    [new Map(), ''],
  ])('refuses %o and points at %j', (value, pointer) => {
    const error = refusal(() => checkJson(value, limits, '/data'));
    expect([error.code, error.extras.errors?.[0]?.pointer]).toEqual(['JSON_NOT_EXACT', `/data${pointer}`]);
  });

  it('stops at the limits, also for values that contain themselves', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(codeOf(() => checkJson(circle, limits))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => checkJson(circle, { depth: 100_000, keys: 0 }))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => checkJson([{ a: [] }], { depth: 3, keys: 1 }))).toBeUndefined();
    expect(pointerOf(() => checkJson([{ a: [] }], { depth: 2, keys: 1 }))).toBe('/0/a');
    expect(pointerOf(() => checkJson([{ a: 1 }, { b: 1 }], { depth: 2, keys: 1 }))).toBe('/1');
  });
});

function refusal(act: () => unknown): HavenError {
  try {
    act();
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
  throw new Error('The call did not throw.');
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof HavenError) return error.code;
    throw error;
  }
}

function pointerOf(act: () => unknown): string | undefined {
  return refusal(act).extras.errors?.[0]?.pointer;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Compares two literals as integers, after multiplying both by the same power of ten. */
function sameDecimal(one: string, other: string): boolean {
  const scale = (text: string): bigint => {
    const [mantissa = '', exponent = '0'] = text.split('e');
    const [whole = '', fraction = ''] = mantissa.split('.');
    return BigInt(whole + fraction) * 10n ** BigInt(Number(exponent) - fraction.length + 800);
  };
  return scale(one) === scale(other);
}
