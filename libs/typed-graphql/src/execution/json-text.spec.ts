import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findItems, MemberFinder } from './json-text.js';

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

const space = fc.constantFrom('', ' ', '\n\t', '\r ');

/**
 * Objects with their texts. The texts of their members are not read by `JSON.parse`, because that of Node 24 confuses
 * keys: after an object with the key `\`, it reads the key `"` at the same place as `\`.
 */
const objectTexts = fc.tuple(value.object, space, fc.boolean()).map(([object, gap, escape]) => {
  const write = (item: unknown) => (escape ? escaped(print(item, gap)) : print(item, gap));
  return { json: write(object), members: new Map([...object].map(([key, item]) => [key, write(item)])) };
});

describe('MemberFinder', () => {
  it('finds the text of each member, in any valid texts of objects', () => {
    const objects = fc.array(objectTexts, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(objects, fc.array(text, { maxLength: 3 }), fc.boolean(), (texts, others, wantsAll) => {
        const finder = new MemberFinder();
        const found = texts.flatMap(({ members }) => [...members.keys()]);
        const keys = [...others, ...found.filter((_, index) => wantsAll || index % 2 === 0)];
        const slots = new Map(keys.map((key) => [key, finder.want(key)]));
        for (const { json, members } of texts) {
          const spans = finder.find(json, 0);
          for (const [key, slot] of slots)
            expect(json.slice(spans[2 * slot], spans[2 * slot + 1])).toBe(members.get(key) ?? '');
        }
      }),
      { numRuns: 120 },
    );
  });

  it('finds the members of an object within a text', () => {
    const json = '{"a": "}", "b": {"c": 1e22, "d": [1, {"c": 2}]}, "c": 3}';
    const finder = new MemberFinder();
    finder.want('c');
    const [start, end] = finder.find(json, json.indexOf('{"c"'));
    expect(json.slice(start, end)).toBe('1e22');
  });

  it('finds members of objects with more keys than it remembers', () => {
    const finder = new MemberFinder();
    finder.want('last');
    for (const object of ['a', 'b', 'a']) {
      const keys = Array.from({ length: 1_000 }, (_, index) => [`${object}${index}`, index]);
      const json = JSON.stringify({ ...Object.fromEntries(keys), last: object });
      const [start, end] = finder.find(json, 0);
      expect(json.slice(start, end)).toBe(`"${object}"`);
    }
  });
});

describe('findItems', () => {
  it('finds the text of each item, in any valid text of a list', () => {
    fc.assert(
      fc.property(fc.array(value.value, { maxLength: 5 }), space, (list, gap) => {
        const json = print(list, gap);
        const spans = findItems(json, 0);
        expect(spans).toHaveLength(2 * list.length);
        for (const [index, item] of list.entries())
          expect(json.slice(spans[2 * index], spans[2 * index + 1])).toBe(print(item, gap));
      }),
      { numRuns: 120 },
    );
  });
});
