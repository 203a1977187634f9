import { randomFrom } from '../random.js';

/** An input that few clients send on purpose, as the text that is sent. */
export interface HostileValue {
  what: string;
  text: string;
  /** Whether it is tried at every place, also if only some values are. */
  always?: boolean;
}

const HUGE = 'a'.repeat(30_000);
const UUID = '0198f9a0-0000-7000-8000-00000000dead';
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Names values; those in `always` are tried at every place. */
const named = (values: string[][], always: readonly string[] = []): HostileValue[] =>
  values.map(([what = '', text = '']) => ({ what, text, always: always.includes(what) }));

/** JSON texts for any place in a body or in the variables of a document. */
export const JSON_VALUES: readonly HostileValue[] = named(
  [
    ['null', 'null'],
    ['true', 'true'],
    ['zero', '0'],
    ['a negative number', '-1'],
    ['a fraction', '1.5'],
    ['a number beyond 32 bits', '4294967296'],
    ['a number that is not exact', '9007199254740993'],
    ['a large number', '1e300'],
    ['a number that no double holds', '1e400'],
    ['an empty string', '""'],
    ['a string of spaces', '"  "'],
    ['U+0000', '"a\\u0000b"'],
    ['a lone surrogate', '"\\ud800"'],
    ['a line break', '"a\\nb"'],
    ['a word', '"nonsense"'],
    ['a UUID of nothing', `"${UUID}"`],
    ['a date that does not exist', '"2026-13-45T25:61:61Z"'],
    ['a week', '"2026-W10-1"'],
    ['a year beyond four digits', '"+275760-09-13T00:00:00Z"'],
    ['a huge string', `"${HUGE}"`],
    ['an empty list', '[]'],
    ['a list of null', '[null]'],
    ['a list of mixed values', '[0,"a",{},[]]'],
    ['a list with U+0000', '["a\\u0000b"]'],
    ['a long list', `[${Array(2_000).fill('"a"').join()}]`],
    ['nested lists', nested(40)],
    ['lists nested beyond the limit', nested(5_000)],
    ['an empty object', '{}'],
    ['an unknown member', '{"surprise":1}'],
    ['a member with U+0000', '{"a\\u0000b":1}'],
    ['a member named __proto__', '{"__proto__":1}'],
    ['members of Object.prototype', '{"constructor":{"prototype":1},"toString":null,"then":1,"length":-1}'],
  ],
  ['null', 'U+0000'],
);

/** Literals for any argument of a GraphQL document. */
export const LITERALS: readonly HostileValue[] = named([
  ['null', 'null'],
  ['true', 'true'],
  ['zero', '0'],
  ['a negative number', '-1'],
  ['a fraction', '1.5'],
  ['a number beyond 32 bits', '4294967296'],
  ['a number that is not exact', '9007199254740993'],
  ['a number that no double holds', '1e400'],
  ['an empty string', '""'],
  ['U+0000', '"a\\u0000b"'],
  ['a block string with U+0001', '"""a\u0001b"""'],
  ['a lone surrogate', '"\\ud800"'],
  ['a character outside the Basic Multilingual Plane', '"\\u{1f600}"'],
  ['a word', '"nonsense"'],
  ['an enum value', 'NONSENSE'],
  ['a UUID of nothing', `"${UUID}"`],
  ['a huge string', `"${HUGE}"`],
  ['an empty list', '[]'],
  ['a list of null', '[null]'],
  ['a list of mixed values', '[0, "a", {}, []]'],
  ['a list with U+0000', '["a\\u0000b"]'],
  ['nested lists', nested(40)],
  ['lists nested beyond the limit', nested(900)],
  ['lists that are not closed', '['.repeat(1_900)],
  ['nested objects', `${'{a: '.repeat(400)}1${'}'.repeat(400)}`],
  ['an empty object', '{}'],
  ['an unknown member', '{surprise: 1}'],
  ['a repeated member', '{a: 1, a: 2}'],
  ['a member with U+0000', '{a: {b: "\\u0000"}}'],
  ['a member named __proto__', '{__proto__: 1}'],
  ['a variable that is not declared', '$surprise'],
]);

/** Texts for parameters in a URL, percent-encoded. */
export const URL_TEXTS: readonly HostileValue[] = named(
  [
    ['nothing', ''],
    ['a space', '%20'],
    ['null', 'null'],
    ['zero', '0'],
    ['a negative number', '-1'],
    ['a number beyond 32 bits', '4294967296'],
    ['a number that no double holds', '1e400'],
    ['a number that is not exact', '9007199254740993'],
    ['U+0000', '%00'],
    ['U+0000 inside a word', 'a%00b'],
    ['U+0000 in JSON', '%7B%22a%22%3A%22%5Cu0000%22%7D'],
    ['a lone surrogate', '%ED%A0%80'],
    ['a character outside the Basic Multilingual Plane', '%F0%9F%98%80'],
    ['an encoded slash', 'a%2F..%2Fb'],
    ['a word', 'nonsense'],
    ['a UUID of nothing', UUID],
    ['a date that does not exist', '2026-13-45T25%3A61%3A61Z'],
    ['a year beyond four digits', '%2B275760-09-13T00%3A00%3A00Z'],
    ['a list', '%5B%5D'],
    ['an object', '%7B%7D'],
    ['JSON null', '%6Eull'],
    ['lists nested beyond the limit', `${'%5B'.repeat(1_000)}${'%5D'.repeat(1_000)}`],
    ['a long word', 'a'.repeat(3_000)],
    ['a huge word', 'a'.repeat(20_000)],
  ],
  ['nothing', 'U+0000'],
);

/** Values of header fields. A client cannot send U+0000 or a line break in them: both end the connection. */
export const HEADER_TEXTS: readonly HostileValue[] = named([
  ['nothing', ''],
  ['null', 'null'],
  ['a quote', '"'],
  ['a word', 'nonsense'],
  ['a quoted word', '"nonsense"'],
  ['any', '*'],
  ['zero', '"0"'],
  ['a negative number', '"-1"'],
  ['a number beyond 32 bits', '"4294967296"'],
  ['a number beyond 64 bits', '"99999999999999999999"'],
  ['a weak tag', 'W/"1"'],
  ['many commas', ','.repeat(2_000)],
  ['many tags', Array(500).fill('"1"').join()],
  ['a long word', 'a'.repeat(4_000)],
  ['letters beyond ASCII', '\u00e9\u00ff'],
  ['JSON', '{"a":[1]}'],
]);

/** Values that are near the limits of a GraphQL type, so that they are not refused for having another one. */
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  ID: ['0', `"${UUID.toUpperCase()}"`, `"${UUID} "`, `"${'9'.repeat(300)}"`],
  Int: ['2147483647', '-2147483648', '501', '1e3'],
  SafeInt: ['9007199254740991', '-9007199254740991', '9007199254740992', '1e15'],
  Float: ['5e-324', '1.7976931348623157e308', '-0.0', '0.1'],
  String: ['"%"', `"${'%_'.repeat(40)}"`, '"\\\\"', '"$now"', '"-1"'],
  Boolean: ['false'],
  DateTime: [
    '"0000-01-01T00:00:00Z"',
    '"9999-12-31T23:59:60Z"',
    '"2026-02-29T00:00:00Z"',
    '"2026-01-01t00:00:00.123456789012z"',
    '"2026-01-01T00:00:00+23:59"',
    '"2026-01-01"',
  ],
  JSON: [
    '{"$dateTime":"soon"}',
    '{"$dateTime":null}',
    '{"_and":[{"_eq":1}]}',
    '{"$id":{"_gt":7}}',
    '{"a":{"_like":"%%"}}',
    '{"_search":"a"}',
    '{"a":{"_some":{"_every":{"b":{"_none":{}}}}}}',
    '{"a":{"_some":{"_eq":[]},"_size":{"_gt":9007199254740991,"_nin":[]}}}',
    '{"a":{"_every":{"_some":[]}}}',
    '{"a":{"_size":-0.5}}',
    '{"_none":{"a":1}}',
    '[{"$dateTime":1}]',
  ],
};

const VALUES_OF_TYPE = new Map(
  Object.entries(OF_TYPE).map(([name, texts]): [string, readonly HostileValue[]] => [
    name,
    texts.map((text) => ({ what: `${name} ${text.slice(0, 60)}`, text })),
  ]),
);

/** Returns values of the GraphQL type with a name, as JSON texts. */
export function valuesOfType(name: string): readonly HostileValue[] {
  return VALUES_OF_TYPE.get(name) ?? [];
}

const ALPHABET = [
  '\\u0000',
  '\\u2028',
  '"'.padStart(2, '\\'),
  '\\\\',
  '$',
  '_eq',
  '.',
  '/',
  '~',
  '%',
  '😀',
  'é',
  'a',
  ' ',
];

/** Whether a run tries some values at each place, or every value at each of them. */
export type Extent = 'some' | 'every';

/**
 * Selects the values that are tried at a place. If a run tries only some, those that are tried everywhere come first.
 * Of the others, places of one kind get different ones, until each was tried at that kind of place. The selection is
 * the same for the same seed.
 */
export class Selection {
  private readonly random: () => number;
  /** The values that have not been tried yet, by kind of place. */
  private readonly remaining = new Map<string, HostileValue[]>();

  constructor(
    seed: number,
    private readonly tried: Extent,
  ) {
    this.random = randomFrom(seed);
  }

  /** Returns `count` of the values for a place, or every value. The values are the same for all places of a kind. */
  from(values: readonly HostileValue[], kind: string, count: number): HostileValue[] {
    if (this.tried === 'every') return [...values];
    const always = values.filter((value) => value.always);
    const others = values.filter((value) => !value.always);
    return [...always, ...this.some(others, kind, count - always.length)];
  }

  /** Returns `count` of the values for a place in every run, of which none is tried everywhere. */
  some(values: readonly HostileValue[], kind: string, count: number): HostileValue[] {
    const remaining = this.remaining.get(kind) ?? [];
    if (remaining.length < count)
      remaining.push(...this.shuffled(values.filter((value) => !remaining.includes(value))));
    this.remaining.set(kind, remaining.slice(count));
    return remaining.slice(0, count);
  }

  private shuffled(values: readonly HostileValue[]): HostileValue[] {
    const ordered = values.map((value) => ({ value, order: this.random() }));
    return ordered.sort((left, right) => left.order - right.order).map(({ value }) => value);
  }
}

/** Returns further strings as JSON texts, the same ones for the same seed. */
export function randomStrings(seed: number, count: number): HostileValue[] {
  const random = randomFrom(seed);
  const pick = (): string => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? '';
  return Array.from({ length: count }, (_, n) => ({
    what: `random string ${n} of seed ${seed}`,
    text: `"${Array.from({ length: 1 + Math.floor(random() * 20) }, pick).join('')}"`,
  }));
}
