import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['limits.bodyBytes=64KiB', 'limits.importLineBytes=64KiB', 'limits.batchBytes=1MiB']);
const SCHEMA = { properties: { n: { type: 'integer' } } };
const ABSENT = '00000000-0000-4000-8000-000000000001';
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

beforeEach(async () => {
  await furnish();
});

async function furnish(): Promise<void> {
  await haven.rest('POST', '/collections', { name: 'films' });
  await haven.rest('POST', '/collections', { name: 'strict', schema: SCHEMA, requirePrecondition: true });
}

const batch = (operations: unknown, as: Record<string, string> = {}) =>
  haven.rest('POST', '/batch', { operations }, as);
const create = (data: object, more: object = {}) => ({ op: 'create', collection: 'films', data, ...more });
const path = (id: string, collection = 'films') => `/collections/${collection}/records/${id}`;

it('is rejected if it writes too much data in total, even with a short body', async () => {
  await haven.rest('POST', '/collections', { name: 'large' });
  const { body } = await haven.rest('POST', '/collections/large/records', { data: { text: 'x'.repeat(30_000) } });
  const operations = Array.from({ length: 60 }, (_, n) => ({
    op: 'patch',
    collection: 'large',
    id: body.id,
    data: { n },
  }));
  const response = await haven.rest('POST', '/batch', { operations });
  expect(response.body).toMatchObject({ code: 'LIMIT_EXCEEDED', status: 422 });
  expect((await haven.rest('GET', `/collections/large/records/${body.id}`)).body.version).toBe(1);
});

describe('a batch', () => {
  it('executes every kind of operation in order', async () => {
    const [kept, gone] = await ids({ n: 1 }, { n: 2 });
    const operations = [
      create({ n: 3 }, { label: 'third' }),
      { op: 'patch', collection: 'films', id: { $ref: 'third' }, data: { m: 1 }, expectedVersion: 1 },
      { op: 'replace', collection: 'films', id: kept, data: { n: 10 }, expectedVersion: 1 },
      { op: 'jsonPatch', collection: 'films', id: kept, operations: [{ op: 'add', path: '/data/m', value: 2 }] },
      { op: 'delete', collection: 'films', id: gone, label: 'gone' },
      { op: 'restore', collection: 'films', id: { $ref: 'gone' }, version: 1 },
      { op: 'restore', collection: 'films', id: { $ref: 'third' }, version: 1 },
      { op: 'replace', collection: 'films', id: ABSENT, data: {}, ifNoneMatch: '*', label: 'new' },
      { op: 'create', collection: 'strict', id: { $ref: 'third' }, data: { n: 4 }, ifNoneMatch: '*' },
      { op: 'delete', collection: 'films', id: { $ref: 'new' } },
    ];
    const { status, body } = await batch(operations);
    expect([status, body.results?.map(({ status: one, version, label }: any) => [one, version, label])]).toEqual([
      200,
      [
        [201, 1, 'third'],
        [200, 2, null],
        [200, 2, null],
        [200, 3, null],
        [204, 2, 'gone'],
        [200, 3, null],
        [200, 3, null],
        [201, 1, 'new'],
        [201, 1, null],
        [204, 2, null],
      ],
    ]);
    const [third, merged] = body.results.map(({ record }: any) => record);
    expect(third).toMatchObject({ collection: 'films', version: 1, data: { n: 3 } });
    expect(merged).toEqual({ ...third, version: 2, data: { n: 3, m: 1 } });
    expect(body.results.map(({ record }: any) => record?.data ?? null).slice(2)).toEqual([
      { n: 10 },
      { n: 10, m: 2 },
      null,
      { n: 2 },
      { n: 3 },
      {},
      { n: 4 },
      null,
    ]);
    for (const { record } of body.results.slice(5, 7)) {
      expect((await haven.rest('GET', path(record.id))).body).toEqual(record);
    }
    const types = await haven.sql(
      'SELECT type FROM haven.events WHERE tenant_id = $1 AND record_id = $2 ORDER BY position',
      [haven.tenant, gone],
    );
    expect(types.map(({ type }) => type)).toEqual(['record.created', 'record.deleted', 'record.restored']);
  });

  it('writes the events of a collection in the order of the operations', async () => {
    const made = Array.from({ length: 20 }, () => randomUUID());
    const operations = [...made, ...made.toReversed()].map((id, n) => ({
      op: 'replace',
      collection: 'films',
      id,
      data: { n },
    }));
    expect((await batch(operations)).status).toBe(200);
    const events = await haven.sql('SELECT data FROM haven.events WHERE tenant_id = $1 ORDER BY position', [
      haven.tenant,
    ]);
    expect(events.map(({ data }) => data.n)).toEqual(operations.map((_, n) => n));
  });

  it('returns the correct times of a record that it deletes and recreates', async () => {
    const [id = ''] = await ids({ n: 1 });
    const before = (await haven.rest('GET', path(id))).body;
    const { body } = await batch([
      { op: 'patch', collection: 'films', id, data: { n: 2 } },
      { op: 'delete', collection: 'films', id },
      create({ n: 3 }, { id }),
      { op: 'patch', collection: 'films', id, data: { n: 4 } },
    ]);
    const [patched, , again, last] = body.results.map(({ record }: any) => record);
    expect(patched.createdAt).toBe(before.createdAt);
    expect(again.createdAt).toBe(again.updatedAt);
    expect(last).toEqual({ ...again, version: 5, data: { n: 4 } });
    expect((await haven.rest('GET', path(id))).body).toEqual(last);
    const { body: history } = await haven.rest('GET', `${path(id)}/history`);
    const made = history.items.map(({ createdAt }: any) => createdAt);
    expect(made).toEqual([last.createdAt, last.createdAt, before.createdAt, before.createdAt, before.createdAt]);
  });

  it('may be empty', async () => {
    expect((await batch([])).body).toEqual({ results: [] });
  });

  it('treats null like a missing member', async () => {
    const { body } = await batch([create({}, { id: null, label: null, expectedVersion: null, ifNoneMatch: null })]);
    expect(body.results).toMatchObject([{ status: 201, version: 1 }]);
  });
});

describe('a failure of one operation', () => {
  /** Failing operations, with the code and the pointer of the error. */
  const failures: Record<string, [operation: object, code: string, pointer?: string]> = {
    'with an unknown op': [{ op: 'toString', collection: 'films' }, 'VALIDATION_FAILED', '/op'],
    'without an op': [{ collection: 'films', id: ABSENT }, 'VALIDATION_FAILED', '/op'],
    'without a collection': [{ op: 'create', data: {} }, 'VALIDATION_FAILED', '/collection'],
    'in a missing collection': [create({}, { collection: 'nope' }), 'NOT_FOUND'],
    'without an id': [{ op: 'delete', collection: 'films' }, 'VALIDATION_FAILED', '/id'],
    'creating a record with an invalid id': [create({}, { id: 'x' }), 'VALIDATION_FAILED', '/id'],
    'on a record with an invalid id': [{ op: 'delete', collection: 'films', id: 'x' }, 'NOT_FOUND'],
    'on a missing record': [{ op: 'patch', collection: 'films', id: ABSENT, data: {} }, 'NOT_FOUND'],
    'creating an existing record': [create({}, { id: '{id}' }), 'ALREADY_EXISTS'],
    'creating an existing record with ifNoneMatch': [create({}, { id: '{id}', ifNoneMatch: '*' }), 'VERSION_CONFLICT'],
    'replacing an existing record with ifNoneMatch': [
      { op: 'replace', collection: 'films', id: '{id}', data: {}, ifNoneMatch: '*' },
      'VERSION_CONFLICT',
    ],
    'without a document': [{ op: 'create', collection: 'films' }, 'VALIDATION_FAILED', '/data'],
    'with a document that is not an object': [
      { op: 'create', collection: 'films', data: [] },
      'VALIDATION_FAILED',
      '/data',
    ],
    'with a document too large': [create({ text: 'x'.repeat(70_000) }), 'LIMIT_EXCEEDED', '/data'],
    'with a document with too many members': [
      create(Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`m${n}`, 0]))),
      'LIMIT_EXCEEDED',
      '/data',
    ],
    'with a member of another op': [create({}, { expectedVersion: 1 }), 'VALIDATION_FAILED', '/expectedVersion'],
    'with an unknown member': [create({}, { 'a/b': 1 }), 'VALIDATION_FAILED', '/a~1b'],
    'with an expected version that is not a number': [
      { op: 'delete', collection: 'films', id: '{id}', expectedVersion: '1' },
      'VALIDATION_FAILED',
      '/expectedVersion',
    ],
    'with an outdated expected version': [
      { op: 'delete', collection: 'films', id: '{id}', expectedVersion: 7 },
      'VERSION_CONFLICT',
    ],
    'with a version in ifNoneMatch': [create({}, { ifNoneMatch: '"1"' }), 'VALIDATION_FAILED', '/ifNoneMatch'],
    'without a required precondition': [
      { op: 'patch', collection: 'strict', id: '{strict}', data: { n: 2 } },
      'PRECONDITION_REQUIRED',
    ],
    'violating the schema': [
      { op: 'patch', collection: 'strict', id: '{strict}', data: { n: 'x' }, expectedVersion: 1 },
      'SCHEMA_VIOLATION',
      '/data/n',
    ],
    'with a patch that is not an array': [
      { op: 'jsonPatch', collection: 'films', id: '{id}', operations: {} },
      'PATCH_INVALID',
      '/operations',
    ],
    'with a patch outside data': [
      { op: 'jsonPatch', collection: 'films', id: '{id}', operations: [{ op: 'remove', path: '/id' }] },
      'PATCH_INVALID',
      '/operations/0/path',
    ],
    'with a patch that does not apply': [
      { op: 'jsonPatch', collection: 'films', id: '{id}', operations: [{ op: 'remove', path: '/data/none' }] },
      'PATCH_INVALID',
      '/operations/0/path',
    ],
    'with a failing test': [
      { op: 'jsonPatch', collection: 'films', id: '{id}', operations: [{ op: 'test', path: '/data/n', value: 9 }] },
      'PATCH_TEST_FAILED',
      '/operations/0',
    ],
    'with a patch whose result is not an object': [
      { op: 'jsonPatch', collection: 'films', id: '{id}', operations: [{ op: 'replace', path: '/data', value: 1 }] },
      'VALIDATION_FAILED',
      '/data',
    ],
    'restoring without a version': [
      { op: 'restore', collection: 'films', id: '{id}' },
      'VALIDATION_FAILED',
      '/version',
    ],
    'restoring a missing version': [{ op: 'restore', collection: 'films', id: '{id}', version: 9 }, 'NOT_FOUND'],
    'referring to an unknown label': [
      { op: 'delete', collection: 'films', id: { $ref: 'nobody' } },
      'VALIDATION_FAILED',
      '/id/$ref',
    ],
    'referring to itself': [
      { op: 'delete', collection: 'films', id: { $ref: 'me' }, label: 'me' },
      'VALIDATION_FAILED',
      '/id/$ref',
    ],
    'referring to a later operation': [
      { op: 'delete', collection: 'films', id: { $ref: 'last' } },
      'VALIDATION_FAILED',
      '/id/$ref',
    ],
    'with further members in a reference': [
      { op: 'delete', collection: 'films', id: { $ref: 'first', x: 1 } },
      'VALIDATION_FAILED',
      '/id',
    ],
    'with a duplicate label': [create({}, { label: 'first' }), 'VALIDATION_FAILED', '/label'],
    'with an empty label': [create({}, { label: '' }), 'VALIDATION_FAILED', '/label'],
  };

  it.each(Object.entries(failures))(
    '%s rolls back all operations, in both APIs',
    async (_name, [operation, code, at]) => {
      const [id = ''] = await ids({ n: 1 });
      const strict = (await haven.rest('POST', '/collections/strict/records', { data: { n: 1 } })).body.id;
      const failing = JSON.parse(JSON.stringify(operation).replace('{id}', id).replace('{strict}', strict));
      const operations = [
        create({ n: 2 }, { label: 'first' }),
        { op: 'patch', collection: 'films', id, data: { more: 1 } },
        { op: 'delete', collection: 'strict', id: strict, expectedVersion: 1 },
        { op: 'restore', collection: 'strict', id: strict, version: 1 },
      ];
      if ('id' in failing && failing.id === strict) operations.splice(2);
      if ('id' in failing && failing.id === id) operations.splice(1, 1);
      const index = operations.length;
      operations.push(failing, create({ n: 3 }, { label: 'last' }));
      const before = await everything();
      const { status, body } = await batch(operations);
      expect(body).toMatchObject({ code, index, status });
      expect(body.detail).toMatch(new RegExp(`^Operation ${index}: `));
      const pointers = body.errors?.map(({ pointer }: { pointer: string }) => pointer);
      expect(pointers).toEqual(at === undefined ? undefined : [`/operations/${index}${at}`]);
      expect(await everything()).toEqual(before);
      const graphql = await byGraphql(operations);
      const [error] = graphql.body.errors;
      if (error.extensions.code !== 'MALFORMED_GRAPHQL') {
        expect([error.message, error.extensions.code, error.extensions.index]).toEqual([body.detail, code, index]);
        expect(error.extensions.errors).toEqual(body.errors);
      }
      expect(await everything()).toEqual(before);
    },
  );

  it('is reported for the first operation that fails', async () => {
    const { body } = await batch([
      create({}),
      { op: 'delete', collection: 'films', id: ABSENT },
      create({}, { collection: 'nope' }),
    ]);
    expect(body).toMatchObject({ code: 'NOT_FOUND', index: 1, detail: expect.stringContaining(ABSENT) });
  });

  it('has the current version, but no ETag', async () => {
    const [id] = await ids({ n: 1 });
    const response = await batch([{ op: 'delete', collection: 'films', id, expectedVersion: 3 }]);
    expect([response.status, response.body.current, response.headers.get('etag')]).toEqual([412, 1, null]);
  });
});

describe('the limits of a batch', () => {
  it('allow a thousand operations', async () => {
    const operations = Array.from({ length: 1_000 }, (_, n) => create({ n }));
    const { body } = await batch(operations);
    expect(body.results).toHaveLength(1_000);
    const more = await batch([...operations, create({})]);
    expect(more.body).toMatchObject({ code: 'LIMIT_EXCEEDED', detail: expect.stringContaining('batchOperations') });
    expect(more.body.errors[0].pointer).toBe('/operations');
  });

  it.each([undefined, {}, 'x', 1])('reject operations that are %j', async (operations) => {
    const { status, body } = await batch(operations);
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'VALIDATION_FAILED', '/operations']);
  });

  it('allow larger bodies than other requests, also for GraphQL', async () => {
    const some = Array.from({ length: 10 }, () => create({ text: 'x'.repeat(30_000) }));
    expect((await batch(some)).body.results).toHaveLength(10);
    expect((await byGraphql(some)).body.data.batch.results).toHaveLength(10);
    const many = Array.from({ length: 40 }, () => create({ text: 'x'.repeat(30_000) }));
    expect((await batch(many)).body).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', status: 413 });
    expect((await byGraphql(many)).body.errors[0].extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    const alone = await haven.rest('POST', '/collections/films/records', { data: { text: 'x'.repeat(70_000) } });
    expect(alone.body.code).toBe('PAYLOAD_TOO_LARGE');
  });

  it('do not apply to a single document in GraphQL, which has the same limit as in REST', async () => {
    const { body } = await haven.graphql(
      'mutation($data: JSONObject!) { createRecord(collection: "films", data: $data) { id } }',
      { data: { text: 'x'.repeat(70_000) } },
    );
    expect(body.errors[0].extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', status: 413 });
  });

  it('allow documents with more members in total than one document can have', async () => {
    const wide = Object.fromEntries(Array.from({ length: 2_500 }, (_, n) => [`m${n}`, 0]));
    expect((await batch(Array.from({ length: 5 }, () => create(wide)))).status).toBe(200);
  });
});

describe('the statements of a batch', () => {
  const texts = async (work: () => Promise<unknown>): Promise<string[]> =>
    (await statementsOf(work)).map(({ text }) => text.trim().split('\n', 1)[0] ?? '');

  it('are the same for any number of operations', async () => {
    const operations = (count: number, collection: string) =>
      Array.from({ length: count }, (_, n) => create({ n }, { collection }));
    const one = await texts(() => batch(operations(2, 'films')));
    const many = await texts(() => batch(operations(500, 'films')));
    expect(many).toEqual(one);
    // BEGIN, setting the tenant, the collection's lock, its settings, the rows, one statement that writes all, COMMIT
    expect(many).toHaveLength(7);
    const two = await texts(() => batch([...operations(250, 'films'), ...operations(250, 'strict')]));
    expect(two, two.join('\n')).toHaveLength(11);
    const alone = await texts(() => haven.rest('POST', '/collections/films/records', { data: { n: 1 } }));
    expect(many.length).toBeLessThan((500 * alone.length) / 10);
  });

  it('look up all earlier versions of a collection at once', async () => {
    const made = (await batch(Array.from({ length: 100 }, (_, n) => create({ n })))).body.results;
    const restores = made.map(({ record }: any) => ({
      op: 'restore',
      collection: 'films',
      id: record.id,
      version: 1,
    }));
    let response: ApiResponse | undefined;
    expect(await texts(async () => (response = await batch(restores)))).toHaveLength(8);
    expect(response?.body.results.every(({ version }: any) => version === 2)).toBe(true);
  });
});

describe('concurrent batches', () => {
  it('lose no change of the same record', async () => {
    const [id] = await ids({});
    const names = Array.from({ length: 20 }, (_, n) => `n${n}`);
    const responses = await Promise.all(
      names.map((name) =>
        batch([
          { op: 'patch', collection: 'films', id, data: { [name]: 1 } },
          {
            op: 'jsonPatch',
            collection: 'films',
            id,
            operations: [{ op: 'replace', path: `/data/${name}`, value: 2 }],
          },
        ]),
      ),
    );
    expect(responses.map(({ status }) => status)).toEqual(names.map(() => 200));
    const { body } = await haven.rest('GET', path(id ?? ''));
    expect(body.version).toBe(1 + 2 * names.length);
    expect(body.data).toEqual(Object.fromEntries(names.map((name) => [name, 2])));
  });

  it('do not deadlock, whatever the order of their collections and records', async () => {
    const deadlocks = async () =>
      Number(
        (await haven.sql('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'))[0].deadlocks,
      );
    const before = await deadlocks();
    const made = Array.from({ length: 10 }, () => randomUUID());
    const touching = (reversed: boolean) => {
      const operations = ['films', 'strict'].flatMap((collection) =>
        made.map((id) => ({ op: 'replace', collection, id, data: { n: 1 } })),
      );
      return batch(reversed ? operations.toReversed() : operations);
    };
    await haven.rest('PATCH', '/collections/strict', { requirePrecondition: false });
    // The first batches compete to create the records, the others to change them.
    for (let round = 0; round < 5; round++) {
      const responses = await Promise.all(Array.from({ length: 8 }, (_, n) => touching(n % 2 === 1)));
      expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    }
    await haven.sql('SELECT pg_stat_force_next_flush()');
    expect(await deadlocks()).toBe(before);
    const { body } = await haven.rest('GET', path(made[0] ?? '', 'strict'));
    expect(body.version).toBe(40);
  });
});

it('is equivalent to the same operations as single requests', async () => {
  const made = ['a', 'b', 'c'].map((letter) => `00000000-0000-4000-8000-00000000000${letter}`);
  const record = { collection: fc.constantFrom('films', 'films', 'strict'), id: fc.constantFrom(...made) };
  const beginning = ['films', 'strict'].flatMap((collection) =>
    made.map((id) => ({ op: 'replace', collection, id, data: { n: 0 } })),
  );
  const data = fc.record({
    n: fc.oneof({ weight: 9, arbitrary: fc.integer() }, { weight: 1, arbitrary: fc.string() }),
  });
  const expectedVersion = fc.constantFrom(undefined, undefined, undefined, 1, 2, 3, 4);
  const patch = fc.array(
    fc.oneof(
      fc.record({ op: fc.constant('add'), path: fc.constantFrom('/data/n', '/data/m'), value: fc.integer() }),
      fc.record({ op: fc.constant('remove'), path: fc.constantFrom('/data/n', '/data/m') }),
      fc.record({ op: fc.constant('test'), path: fc.constant('/data'), value: data }),
    ),
    { maxLength: 2 },
  );
  const operation = fc.oneof(
    fc.record({ op: fc.constant('create'), ...record, data }),
    fc.record({ op: fc.constant('replace'), ...record, data, expectedVersion }),
    fc.record({ op: fc.constant('replace'), ...record, data, ifNoneMatch: fc.constant('*') }),
    fc.record({ op: fc.constant('patch'), ...record, data, expectedVersion }),
    fc.record({ op: fc.constant('jsonPatch'), ...record, operations: patch, expectedVersion }),
    fc.record({ op: fc.constant('delete'), ...record, expectedVersion }),
    fc.record({ op: fc.constant('restore'), ...record, version: fc.integer({ min: 1, max: 3 }), expectedVersion }),
  );
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 2, maxLength: 40 }), async (operations) => {
      // One batch has only operations that succeed as single requests. Another ends with one that fails, and must
      // change nothing.
      haven.tenant = randomUUID();
      await furnish();
      const accepted: object[] = [];
      const responses: ApiResponse[] = [];
      let refused: { after: number; operation: object; code: string } | undefined;
      for (const one of [...operations.slice(0, 4), ...beginning, ...operations.slice(4)]) {
        const response = await alone(one);
        if (response.status >= 400) {
          refused = { after: accepted.length, operation: one, code: response.body.code };
          continue;
        }
        accepted.push(one);
        responses.push(response);
      }
      const left = await state();
      haven.tenant = randomUUID();
      await furnish();
      if (refused) {
        const { body } = await batch([...accepted.slice(0, refused.after), refused.operation]);
        expect(body).toMatchObject({ code: refused.code, index: refused.after });
        expect(await state()).toEqual({ records: [], events: [] });
      }
      const { body } = await batch(accepted);
      expect(body.results?.map(({ status }: any) => status)).toEqual(responses.map(({ status }) => status));
      expect(body.results.map(({ record: one }: any) => timeless(one))).toEqual(
        responses.map(({ body: one }) => timeless(one === '' ? null : one)),
      );
      expect(await state()).toEqual(left);
      whole += accepted.length;
    }),
    { numRuns: 25 },
  );
  expect(whole).toBeGreaterThan(100);
}, 60_000);

/** Sends an operation of a batch as a single request. */
function alone({ op, collection, id, ...rest }: any): Promise<ApiResponse> {
  const headers: Record<string, string> = {
    ...(rest.expectedVersion !== undefined && { 'if-match': `"${rest.expectedVersion}"` }),
    ...(rest.ifNoneMatch !== undefined && { 'if-none-match': '*' }),
  };
  const address = path(id, collection);
  switch (op) {
    case 'create':
      return haven.rest('POST', `/collections/${collection}/records`, { id, data: rest.data });
    case 'replace':
      return haven.rest('PUT', address, { data: rest.data }, headers);
    case 'patch':
      return haven.rest('PATCH', address, { data: rest.data }, headers);
    case 'jsonPatch':
      return haven.rest('PATCH', address, rest.operations, { ...JSON_PATCH, ...headers });
    case 'delete':
      return haven.rest('DELETE', address, undefined, headers);
    default:
      return haven.rest('POST', `${address}/restore`, { version: rest.version }, headers);
  }
}

function timeless(record: any): unknown {
  return record && { ...record, createdAt: '', updatedAt: '' };
}

async function byGraphql(operations: unknown): Promise<ApiResponse> {
  return haven.graphql(
    'mutation($operations: [BatchOperation!]!) { batch(operations: $operations) { results { label status version record { id } } } }',
    { operations },
  );
}

async function ids(...documents: object[]): Promise<string[]> {
  const { body } = await batch(documents.map((data) => create(data)));
  return body.results.map(({ record }: any) => record.id);
}

/** Returns the tenant's records and events, without their times. */
async function state(): Promise<{ records: unknown[]; events: unknown[] }> {
  return {
    records: await haven.sql(
      `SELECT name, r.id, version, data FROM haven.records AS r JOIN haven.collections AS c ON c.id = collection_id
       WHERE r.tenant_id = $1 ORDER BY name, r.id`,
      [haven.tenant],
    ),
    events: await haven.sql(
      `SELECT name, record_id, version, type, data, actor FROM haven.events AS e JOIN haven.collections AS c ON c.id = collection_id
       WHERE e.tenant_id = $1 ORDER BY name, position`,
      [haven.tenant],
    ),
  };
}

/** Returns every row of the tenant, and its feed after all events have been added. */
async function everything(): Promise<object> {
  const events = await haven.sql('SELECT * FROM haven.events WHERE tenant_id = $1 ORDER BY position', [haven.tenant]);
  const feed = () => haven.sql('SELECT * FROM haven.feed WHERE tenant_id = $1 ORDER BY seq', [haven.tenant]);
  await expect.poll(async () => (await feed()).length).toBe(events.length);
  return {
    events,
    feed: await feed(),
    records: await haven.sql('SELECT * FROM haven.records WHERE tenant_id = $1 ORDER BY id', [haven.tenant]),
  };
}
