import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { Answer } from '../support/haven.js';

const haven = startHaven();

/** JSON texts of a value that can not come back as it went in, where it stands, and what is said of it. */
const REFUSED: [string, string, string][] = [
  ['an integer past 2^53', '{"a":9007199254740993}', 'JSON_NOT_EXACT'],
  ['a negative integer past 2^53', '{"a":-9007199254740993}', 'JSON_NOT_EXACT'],
  ['a number past every double', '{"a":1e400}', 'JSON_NOT_EXACT'],
  ['a number below every double', '{"a":1e-400}', 'JSON_NOT_EXACT'],
  ['more digits than a double has', '{"a":0.1234567890123456789}', 'JSON_NOT_EXACT'],
  ['U+0000', '{"a":"\\u0000"}', 'JSON_NOT_EXACT'],
  ['a lone high surrogate', '{"a":"x\\ud800"}', 'JSON_NOT_EXACT'],
  ['a lone low surrogate', '{"a":"\\udc00x"}', 'JSON_NOT_EXACT'],
  ['surrogates the wrong way round', '{"a":"\\udc00\\ud800"}', 'JSON_NOT_EXACT'],
  ['a duplicate member', '{"a":1,"a":1}', 'JSON_NOT_EXACT'],
  ['a duplicate member, spelled otherwise', '{"a":1,"\\u0061":2}', 'JSON_NOT_EXACT'],
  ['nesting past the limit', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 'LIMIT_EXCEEDED'],
  ['absurd nesting', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'LIMIT_EXCEEDED'],
];

const PROTO = '{"__proto__":{"admin":true}}';

/** JSON texts whose values come back the same. */
const KEPT: [string, string][] = [
  [
    'members named as those of every object',
    '{"constructor":{"prototype":{"x":1}},"toString":"x","hasOwnProperty":false,"valueOf":null,"toJSON":1}',
  ],
  ['the largest safe integers', '{"a":9007199254740991,"b":-9007199254740991}'],
  ['the ends of doubles', '{"a":1.7976931348623157e308,"b":5e-324,"c":0.1,"d":1e21}'],
  [
    'text outside the basic plane, and control characters',
    '{"😀":"\\ud83d\\ude00","é\\n":"\\u0001\\u001f\\u007f\\u2028\\ufffd\\uffff"}',
  ],
  [
    'names that look like paths, numbers, or nothing',
    '{"":"","a.b":1,"0":[],"1":{},"$id":1,"_eq":1,"then":1,"length":9}',
  ],
  ['empty things', '{"a":{},"b":[],"c":[{},[]],"d":null,"e":"","f":false}'],
];

/** How a document goes in over one door and comes out of it. */
interface Door {
  put(text: string): Promise<Answer>;
  /** The document a successful `put` made, read again. */
  read(made: Answer): Promise<unknown>;
  /** Code and first pointer of a refusal. */
  refusal(answer: Answer): { code?: string; pointer?: string; status: number };
  prefix: string;
}

const rest: Door = {
  put: (text) => haven.rest('POST', '/collections/things/records', `{"data":${text}}`),
  read: async ({ body }) => (await haven.rest('GET', `/collections/things/records/${body.id}`)).body.data,
  refusal: ({ body, status }) => ({ code: body.code, pointer: body.errors?.[0]?.pointer, status }),
  prefix: '/data',
};

const CREATE = 'mutation($d: JSONObject!) { createRecord(collection: "things", data: $d) { id } }';
const READ = 'query($id: ID!) { record(collection: "things", id: $id) { data } }';

const variables: Door = {
  put: (text) => haven.rest('POST', '//graphql', `{"query":${JSON.stringify(CREATE)},"variables":{"d":${text}}}`),
  read: async ({ body }) => (await haven.graphql(READ, { id: body.data.createRecord.id })).body.data.record.data,
  refusal: ({ body, status }) => {
    const { code, errors } = body.errors?.[0]?.extensions ?? body; // the body is read before it is known to be GraphQL
    return { code, pointer: errors?.[0]?.pointer, status: body.errors?.[0]?.extensions?.status ?? status };
  },
  prefix: '/variables/d',
};

const doors: [string, Door][] = [
  ['REST', rest],
  ['GraphQL', variables],
];

beforeEach(async () => {
  expect((await haven.rest('POST', '/collections', { name: 'things' })).status).toBe(201);
});

describe.each(doors)('%s', (_name, door) => {
  it.each(REFUSED)('refuses %s and says where', async (_what, text, code) => {
    const refused = door.refusal(await door.put(text));
    expect(refused).toMatchObject({ code, status: 422 });
    expect(refused.pointer?.startsWith(`${door.prefix}/a`), refused.pointer).toBe(true);
  });

  it('refuses __proto__ at any depth', async () => {
    for (const [text, pointer] of [
      [PROTO, '/__proto__'],
      [`{"a":[${PROTO}]}`, '/a/0/__proto__'],
      ['{"\\u005f_proto__":1}', '/__proto__'],
    ] as const) {
      expect(door.refusal(await door.put(text))).toEqual({
        code: 'JSON_NOT_EXACT',
        status: 422,
        pointer: `${door.prefix}${pointer}`,
      });
    }
  });

  it.each(KEPT)('keeps %s', async (_what, text) => {
    expect(await door.read(await door.put(text))).toEqual(JSON.parse(text));
  });

  it('keeps nesting up to the limit', async () => {
    const text = `{"a":${'['.repeat(60)}${']'.repeat(60)}}`;
    expect(await door.read(await door.put(text))).toEqual(JSON.parse(text));
  });

  it('stores nothing of what it refuses', async () => {
    await door.put('{"a":1e400}');
    expect((await haven.rest('GET', '/collections/things/records')).body.items).toEqual([]);
  });
});

describe('GraphQL literals', () => {
  const create = (literal: string) =>
    haven.graphql(`mutation { createRecord(collection: "things", data: ${literal}) { id data } }`);

  it.each([
    '{a: 9007199254740993}',
    '{a: 1e400}',
    '{a: 0.1234567890123456789}',
    '{a: "\\u0000"}',
    '{__proto__: {admin: true}}',
    '{a: {__proto__: 1}}',
  ])('are refused when they can not be kept: %s', async (literal) => {
    const { status, body } = await create(literal);
    expect(status).toBeLessThan(500);
    expect(body.errors[0].extensions).toMatchObject({
      code: 'JSON_NOT_EXACT',
      status: 422,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect((await haven.rest('GET', '/collections/things/records')).body.items).toEqual([]);
  });

  it('that repeat a member are refused', async () => {
    const { status, body } = await create('{a: 1, a: 2}');
    expect(status).toBeLessThan(500);
    expect(['JSON_NOT_EXACT', 'MALFORMED_GRAPHQL']).toContain(body.errors[0].extensions.code);
  });

  it('of numbers are refused with the code of the other door', async () => {
    expect((await create('{a: {b: [9007199254740993]}}')).body.errors[0].extensions).toMatchObject({
      code: 'JSON_NOT_EXACT',
      status: 422,
      errors: [{ pointer: expect.stringMatching(/\/a\/b\/0$/) }],
    });
  });

  it('are kept otherwise, members named as those of every object too', async () => {
    const { body } = await create(
      '{constructor: {prototype: 1}, toString: "x", hasOwnProperty: [null, true, -0.5, {}], then: 2}',
    );
    expect(body.data.createRecord.data).toEqual({
      constructor: { prototype: 1 },
      toString: 'x',
      hasOwnProperty: [null, true, -0.5, {}],
      then: 2,
    });
  });

  it('hold variables inside', async () => {
    const document = 'mutation($v: JSON!) { createRecord(collection: "things", data: {a: [$v]}) { data } }';
    expect((await haven.graphql(document, { v: { b: 1 } })).body.data.createRecord.data).toEqual({ a: [{ b: 1 }] });
  });
});

describe('import', () => {
  const load = (text: string) =>
    haven.rest('POST', '/collections/things/import', text, { 'content-type': 'application/x-ndjson' });

  it.each([...REFUSED, ['__proto__', `{"a":${PROTO}}`, 'JSON_NOT_EXACT'] as [string, string, string]])(
    'refuses %s and says where',
    async (_what, text, code) => {
      const { status, body } = await load(`{"ok":1}\n${text}\n`);
      expect({ status, ...body }).toMatchObject({ status: 200, imported: 1, failed: 1, errors: [{ line: 2, code }] });
      expect(body.errors[0].pointer.startsWith('/a'), body.errors[0].pointer).toBe(true);
    },
  );

  it.each(KEPT)('keeps %s', async (_what, text) => {
    expect((await load(text)).body).toMatchObject({ imported: 1, failed: 0 });
    expect((await haven.rest('GET', '/collections/things/records')).body.items[0].data).toEqual(JSON.parse(text));
    const line = (await haven.rest('GET', '/collections/things/export?shape=document')).body;
    expect(JSON.parse(line)).toEqual(JSON.parse(text));
  });

  it('refuses bytes that are not UTF-8', async () => {
    const body = Uint8Array.from([...Buffer.from('{"a":"'), 0xc3, 0x28, ...Buffer.from('"}\n{"ok":1}')]);
    const response = await fetch(`${haven.url}/api/v1/collections/things/import`, {
      method: 'POST',
      body,
      headers: { 'x-test-tenant': haven.tenant, 'content-type': 'application/x-ndjson' },
    });
    expect(await response.json()).toMatchObject({
      imported: 1,
      failed: 1,
      errors: [{ line: 1, code: 'MALFORMED_JSON' }],
    });
  });
});

/** JSON objects as a client may send them; what Haven refuses on purpose is left out. */
const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((one) => one.replaceAll('\0', '').replaceAll('__proto__', ''));
const number = fc
  .oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .filter((one) => Math.abs(one) <= Number.MAX_SAFE_INTEGER || /e/.test(String(one)))
  .map((one) => one + 0);
const { object } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(
    fc.oneof(text, fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'toJSON', '')),
    tie('value'),
    { maxKeys: 5, noNullPrototype: true },
  ),
}));

it.each(doors)('gives any JSON object back as it went in, over %s', async (_name, door) => {
  await fc.assert(
    fc.asyncProperty(object, async (document) => {
      const sent = JSON.stringify(document);
      const made = await door.put(sent);
      expect(door.refusal(made).code).toBeUndefined();
      expect(await door.read(made)).toEqual(JSON.parse(sent));
    }),
    { numRuns: 100 },
  );
});
