import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const haven = startHaven();

/** JSON texts with a value that cannot be stored exactly, and the expected error code. */
const REJECTED: [string, string, string][] = [
  ['an integer above 2^53', '{"a":9007199254740993}', 'JSON_NOT_EXACT'],
  ['an integer below -2^53', '{"a":-9007199254740993}', 'JSON_NOT_EXACT'],
  ['an integer of 64 bits', '{"a":9223372036854775808}', 'JSON_NOT_EXACT'],
  ['a number too large for a double', '{"a":1e400}', 'JSON_NOT_EXACT'],
  ['a number too small for a double', '{"a":1e-400}', 'JSON_NOT_EXACT'],
  ['more digits than a double has', '{"a":0.1234567890123456789}', 'JSON_NOT_EXACT'],
  ['U+0000', '{"a":"\\u0000"}', 'JSON_NOT_EXACT'],
  ['a lone high surrogate', '{"a":"x\\ud800"}', 'JSON_NOT_EXACT'],
  ['a lone low surrogate', '{"a":"\\udc00x"}', 'JSON_NOT_EXACT'],
  ['surrogates in the wrong order', '{"a":"\\udc00\\ud800"}', 'JSON_NOT_EXACT'],
  ['a duplicate member', '{"a":1,"a":1}', 'JSON_NOT_EXACT'],
  ['a duplicate member with an escaped name', '{"a":1,"\\u0061":2}', 'JSON_NOT_EXACT'],
  ['nesting beyond the limit', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 'LIMIT_EXCEEDED'],
  ['extreme nesting', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'LIMIT_EXCEEDED'],
];

const PROTO = '{"__proto__":{"admin":true}}';

/** JSON texts whose values are returned unchanged. */
const KEPT: [string, string][] = [
  [
    'members named like those of Object.prototype',
    '{"constructor":{"prototype":{"x":1}},"toString":"x","hasOwnProperty":false,"valueOf":null,"toJSON":1}',
  ],
  ['the largest safe integers', '{"a":9007199254740991,"b":-9007199254740991}'],
  ['larger integers that are doubles', '{"a":9007199254740994,"b":-1e20,"c":100000000000000000000}'],
  ['the limits of doubles', '{"a":1.7976931348623157e308,"b":5e-324,"c":0.1,"d":1e21}'],
  [
    'characters outside the Basic Multilingual Plane, and control characters',
    '{"😀":"\\ud83d\\ude00","é\\n":"\\u0001\\u001f\\u007f\\u2028\\ufffd\\uffff"}',
  ],
  [
    'names that look like paths or numbers, and empty names',
    '{"":"","a.b":1,"0":[],"1":{},"$id":1,"_eq":1,"then":1,"length":9}',
  ],
  ['empty values', '{"a":{},"b":[],"c":[{},[]],"d":null,"e":"","f":false}'],
];

/** Writes and reads documents through one API. */
interface DocumentApi {
  put(text: string): Promise<ApiResponse>;
  /** Reads the document that a successful `put` has created. */
  read(made: ApiResponse): Promise<unknown>;
  /** Returns the code and the first pointer of an error. */
  errorOf(response: ApiResponse): { code?: string; pointer?: string; status: number };
  prefix: string;
}

const rest: DocumentApi = {
  put: (text) => haven.rest('POST', '/collections/things/records', `{"data":${text}}`),
  read: async ({ body }) => (await haven.rest('GET', `/collections/things/records/${body.id}`)).body.data,
  errorOf: ({ body, status }) => ({ code: body.code, pointer: body.errors?.[0]?.pointer, status }),
  prefix: '/data',
};

const CREATE = 'mutation($d: JSONObject!) { createRecord(collection: "things", data: $d) { id } }';
const READ = 'query($id: ID!) { record(collection: "things", id: $id) { data } }';

const variables: DocumentApi = {
  put: (text) => haven.rest('POST', '//graphql', `{"query":${JSON.stringify(CREATE)},"variables":{"d":${text}}}`),
  read: async ({ body }) => (await haven.graphql(READ, { id: body.data.createRecord.id })).body.data.record.data,
  errorOf: ({ body, status }) => {
    const { code, errors } = body.errors?.[0]?.extensions ?? body; // an error in the body is a problem even for GraphQL
    return { code, pointer: errors?.[0]?.pointer, status: body.errors?.[0]?.extensions?.status ?? status };
  },
  prefix: '/variables/d',
};

const apis: [string, DocumentApi][] = [
  ['REST', rest],
  ['GraphQL', variables],
];

beforeEach(async () => {
  expect((await haven.rest('POST', '/collections', { name: 'things' })).status).toBe(201);
});

describe.each(apis)('%s', (_name, api) => {
  it.each(REJECTED)('rejects %s with a pointer', async (_what, text, code) => {
    const refused = api.errorOf(await api.put(text));
    expect(refused).toMatchObject({ code, status: 422 });
    expect(refused.pointer?.startsWith(`${api.prefix}/a`), refused.pointer).toBe(true);
  });

  it('rejects __proto__ at any depth', async () => {
    for (const [text, pointer] of [
      [PROTO, '/__proto__'],
      [`{"a":[${PROTO}]}`, '/a/0/__proto__'],
      ['{"\\u005f_proto__":1}', '/__proto__'],
    ] as const) {
      expect(api.errorOf(await api.put(text))).toEqual({
        code: 'JSON_NOT_EXACT',
        status: 422,
        pointer: `${api.prefix}${pointer}`,
      });
    }
  });

  it.each(KEPT)('stores %s', async (_what, text) => {
    expect(await api.read(await api.put(text))).toEqual(JSON.parse(text));
  });

  it('stores nesting up to the limit', async () => {
    const text = `{"a":${'['.repeat(60)}${']'.repeat(60)}}`;
    expect(await api.read(await api.put(text))).toEqual(JSON.parse(text));
  });

  it('stores nothing of a rejected document', async () => {
    await api.put('{"a":1e400}');
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
  ])('are rejected if they cannot be stored exactly: %s', async (literal) => {
    const { status, body } = await create(literal);
    expect(status).toBeLessThan(500);
    expect(body.errors[0].extensions).toMatchObject({
      code: 'JSON_NOT_EXACT',
      status: 422,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect((await haven.rest('GET', '/collections/things/records')).body.items).toEqual([]);
  });

  it('with a duplicate member are rejected', async () => {
    const { status, body } = await create('{a: 1, a: 2}');
    expect(status).toBeLessThan(500);
    expect(['JSON_NOT_EXACT', 'MALFORMED_GRAPHQL']).toContain(body.errors[0].extensions.code);
  });

  it('with inexact numbers are rejected with the same code as in REST', async () => {
    expect((await create('{a: {b: [9007199254740993]}}')).body.errors[0].extensions).toMatchObject({
      code: 'JSON_NOT_EXACT',
      status: 422,
      errors: [{ pointer: expect.stringMatching(/\/a\/b\/0$/) }],
    });
  });

  it('are stored otherwise, including members named like those of Object.prototype', async () => {
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

  it('can contain variables', async () => {
    const document = 'mutation($v: JSON!) { createRecord(collection: "things", data: {a: [$v]}) { data } }';
    expect((await haven.graphql(document, { v: { b: 1 } })).body.data.createRecord.data).toEqual({ a: [{ b: 1 }] });
  });
});

describe('import', () => {
  const load = (text: string) =>
    haven.rest('POST', '/collections/things/import', text, { 'content-type': 'application/x-ndjson' });

  it.each([...REJECTED, ['__proto__', `{"a":${PROTO}}`, 'JSON_NOT_EXACT'] as [string, string, string]])(
    'rejects %s with a pointer',
    async (_what, text, code) => {
      const { status, body } = await load(`{"ok":1}\n${text}\n`);
      expect({ status, ...body }).toMatchObject({ status: 200, imported: 1, failed: 1, errors: [{ line: 2, code }] });
      expect(body.errors[0].pointer.startsWith('/a'), body.errors[0].pointer).toBe(true);
    },
  );

  it.each(KEPT)('stores %s', async (_what, text) => {
    expect((await load(text)).body).toMatchObject({ imported: 1, failed: 0 });
    expect((await haven.rest('GET', '/collections/things/records')).body.items[0].data).toEqual(JSON.parse(text));
    const line = (await haven.rest('GET', '/collections/things/export?shape=document')).body;
    expect(JSON.parse(line)).toEqual(JSON.parse(text));
  });

  it('rejects bytes that are not UTF-8', async () => {
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

/** Generates strings without the texts that Haven rejects: U+0000 and `__proto__`. */
const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((one) => one.replaceAll('\0', '').replaceAll('__proto__', ''));
const number = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((one) => one + 0);
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

it.each(apis)('returns any JSON object unchanged, over %s', async (_name, api) => {
  await fc.assert(
    fc.asyncProperty(object, async (document) => {
      const sent = JSON.stringify(document);
      const made = await api.put(sent);
      expect(api.errorOf(made).code).toBeUndefined();
      expect(await api.read(made)).toEqual(JSON.parse(sent));
    }),
    { numRuns: 100 },
  );
});
