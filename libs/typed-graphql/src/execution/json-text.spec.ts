import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findItems, findMembers } from './json-text.js';

/** Keys and strings that are easily mistaken for syntax. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '__proto__', '"', '\\', '\\"', '{', '}]', ',', ':', 'a\\b', 'a\b', '\u2028', '😀', 'constructor'),
);
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(1e22, -0.5, 1e-7, 2 ** 53),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.array(fc.tuple(text, tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
}));

/** Prints maps as objects, so that `__proto__` is an ordinary key, with space wherever JSON allows it. */
function print(item: unknown, space: string): string {
  if (item instanceof Map) {
    const members = [...item].map(([key, member]) => `${JSON.stringify(key)}${space}:${space}${print(member, space)}`);
    return `{${space}${members.join(`${space},${space}`)}${space}}`;
  }
  if (!Array.isArray(item)) return JSON.stringify(item);
  return `[${space}${item.map((each) => print(each, space)).join(`${space},${space}`)}${space}]`;
}

/** Writes characters within strings as escapes, as clients may do. */
function escaped(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/gs, (quoted) =>
    quoted.replaceAll(/(?<!\\)[g-z\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

const reprinted = (json: string) => JSON.stringify(JSON.parse(json));

const space = fc.constantFrom('', ' ', '\n\t', '\r ');

describe('findMembers', () => {
  it('finds what JSON.parse finds, in any valid text of an object', () => {
    fc.assert(
      fc.property(
        value.object,
        space,
        fc.array(text, { maxLength: 3 }),
        fc.boolean(),
        (object, gap, others, escape) => {
          const printed = print(object, gap);
          const json = escape ? escaped(printed) : printed;
          const all = JSON.parse(json) as object;
          const keys = [...new Set([...Object.keys(all), ...others])];
          const slots = new Map(keys.map((key, index) => [key, index]));
          const spans: number[] = [];
          findMembers(json, 0, slots, spans);
          for (const [key, slot] of slots) {
            const found = json.slice(spans[2 * slot], spans[2 * slot + 1]);
            if (Object.hasOwn(all, key)) expect(reprinted(found)).toBe(JSON.stringify(Reflect.get(all, key)));
            else expect(found).toBe('');
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds the members of an object within a text', () => {
    const json = '{"a": "}", "b": {"c": 1e22, "d": [1, {"c": 2}]}, "c": 3}';
    const spans: number[] = [];
    findMembers(json, json.indexOf('{"c"'), new Map([['c', 0]]), spans);
    expect(json.slice(spans[0], spans[1])).toBe('1e22');
  });
});

describe('findItems', () => {
  it('finds what JSON.parse finds, in any valid text of a list', () => {
    fc.assert(
      fc.property(fc.array(value.value, { maxLength: 5 }), space, (list, gap) => {
        const json = print(list, gap);
        const spans = findItems(json, 0);
        const items = list.map((_, index) => reprinted(json.slice(spans[2 * index], spans[2 * index + 1])));
        expect(spans).toHaveLength(2 * list.length);
        expect(`[${items.join(',')}]`).toBe(reprinted(json));
      }),
      { numRuns: 300 },
    );
  });
});
