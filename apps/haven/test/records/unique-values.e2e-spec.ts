import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();
/** Longer than what an index entry contains of a text. */
const LONG = 'x'.repeat(300);
const RECORDS = '/collections/users/records';

const create = (data: object, headers?: Record<string, string>) => haven.rest('POST', RECORDS, { data }, headers);
const holderOf = async (email: string) => (await haven.rest('GET', `${RECORDS}/by/email/${email}`)).body.id;

const recordCount = async () =>
  (await haven.sql('SELECT FROM haven.records WHERE tenant_id = $1 AND data IS NOT NULL', [haven.tenant])).length;

beforeEach(async () => {
  const made = await haven.rest('POST', '/collections', {
    name: 'users',
    indexes: [
      { path: 'email', unique: true },
      { paths: ['country', 'code'], unique: true },
      { path: 'login', unique: true, caseless: true },
      { path: 'due', unique: true, type: 'dateTime' },
    ],
  });
  expect(made.status).toBe(201);
});

describe('a value that must be unique', () => {
  it.each([
    ['email', { email: 'a' }, { email: 'a' }],
    ['email', { email: { x: [1, 'b'] } }, { email: { x: [1, 'b'] } }],
    ['email', { email: 1 }, { email: 1.0 }],
    ['country,code', { country: 'no', code: 1 }, { country: 'no', code: 1, other: true }],
    ['login', { login: 'ANN' }, { login: 'ann' }],
    ['login', { login: 'Ünit' }, { login: 'üNIT' }],
    ['due', { due: '2026-01-01T00:00:00+02:00' }, { due: '2025-12-31T22:00:00.000Z' }],
    ['email', { email: `${LONG}a` }, { email: `${LONG}a` }],
  ])('refuses a second record with the same %s: %j, %j', async (index, first, second) => {
    const { body: holder } = await create(first);
    const { status, body } = await create(second);
    const pointer = `/data/${index.split(',')[0]}`;
    expect([status, body]).toEqual([
      409,
      expect.objectContaining({
        code: 'UNIQUE_VIOLATION',
        uniqueIndex: index,
        holder: holder.id,
        errors: [{ code: 'UNIQUE_VIOLATION', pointer, detail: expect.stringContaining(holder.id) }],
      }),
    ]);
    expect(await recordCount()).toBe(1);
  });

  it('can differ in type, in case, behind 256 characters and between its members, or be null or missing', async () => {
    const different = [
      [{ email: 'a' }, { email: 'A' }],
      [{ email: '1' }, { email: 1 }],
      [{ email: null }, { email: null }],
      [{}, {}],
      [{ country: 'no' }, { country: 'no' }],
      [
        { country: 'no', code: null },
        { country: 'no', code: null },
      ],
      [
        { country: 'a', code: 'bc' },
        { country: 'ab', code: 'c' },
      ],
      [{ email: `${LONG}a` }, { email: `${LONG}b` }],
    ];
    for (const [first, second] of different) {
      const statuses = [(await create(first ?? {})).status, (await create(second ?? {})).status];
      expect(statuses, JSON.stringify(first)).toEqual([201, 201]);
      await haven.rest('DELETE', `${RECORDS}/by/email/a`);
    }
  });

  it('is free again after its record is changed, deleted or erased', async () => {
    for (const release of [
      (path: string) => haven.rest('PATCH', path, { data: { email: 'b' } }),
      (path: string) => haven.rest('DELETE', path),
      (path: string) => haven.rest('POST', `${path}/erase`),
    ]) {
      const { body, status } = await create({ email: 'a' });
      expect(status).toBe(201);
      expect((await release(`${RECORDS}/${body.id}`)).status).toBeLessThan(300);
      await haven.rest('DELETE', `${RECORDS}/by/email/b`);
    }
    expect((await create({ email: 'a' })).status).toBe(201);
  });

  it('is checked by PUT, both patches, restoring and GraphQL', async () => {
    const { body: first } = await create({ email: 'a' });
    const { body: second } = await create({ email: 'b' });
    const path = `${RECORDS}/${second.id}`;
    const violation = [409, 'UNIQUE_VIOLATION', first.id];
    const outcome = ({ status, body }: { status: number; body: any }) => [status, body.code, body.holder];
    expect(outcome(await haven.rest('PUT', path, { data: { email: 'a' } }))).toEqual(violation);
    expect(outcome(await haven.rest('PATCH', path, { data: { email: 'a' } }))).toEqual(violation);
    const jsonPatch = [{ op: 'replace', path: '/data/email', value: 'a' }];
    const type = { 'content-type': 'application/json-patch+json' };
    expect(outcome(await haven.rest('PATCH', path, jsonPatch, type))).toEqual(violation);
    await haven.rest('PATCH', `${RECORDS}/${first.id}`, { data: { email: 'c' } });
    await haven.rest('PATCH', path, { data: { email: 'a' } });
    const restored = await haven.rest('POST', `${RECORDS}/${first.id}/restore`, { version: 1 });
    expect(outcome(restored)).toEqual([409, 'UNIQUE_VIOLATION', second.id]);
    const { body } = await haven.graphql(`mutation { createRecord(collection: "users", data: {email: "c"}) { id } }`);
    expect(body.errors[0].extensions).toMatchObject({
      code: 'UNIQUE_VIOLATION',
      status: 409,
      uniqueIndex: 'email',
      holder: first.id,
      errors: [{ pointer: '/data/email' }],
    });
  });

  it('can be swapped by two records in one batch, in any order', async () => {
    const { body: first } = await create({ email: 'a' });
    const { body: second } = await create({ email: 'b' });
    const patch = (id: string, email: string) => ({ op: 'patch', collection: 'users', id, data: { email } });
    const { status } = await haven.rest('POST', '/batch', {
      operations: [patch(first.id, 'b'), patch(second.id, 'a')],
    });
    expect([status, await holderOf('a'), await holderOf('b')]).toEqual([200, second.id, first.id]);
  });

  it('refuses a batch as a whole, and names the operation, its pointer and the record that holds the value', async () => {
    const { body: holder } = await create({ email: 'a' });
    const operation = (email: string) => ({ op: 'create', collection: 'users', data: { email } });
    const taken = await haven.rest('POST', '/batch', { operations: [operation('x'), operation('a'), operation('y')] });
    expect([taken.status, taken.body]).toEqual([
      409,
      expect.objectContaining({ code: 'UNIQUE_VIOLATION', index: 1, uniqueIndex: 'email', holder: holder.id }),
    ]);
    expect(taken.body.errors[0].pointer).toBe('/operations/1/data/email');
    const twice = await haven.rest('POST', '/batch', { operations: [operation('x'), operation('y'), operation('x')] });
    expect([twice.status, twice.body.code, twice.body.index]).toEqual([409, 'UNIQUE_VIOLATION', 2]);
    expect(await recordCount()).toBe(1);
  });

  it.each(['before', 'zoos'])('refuses a batch that also writes the collection %s', async (other) => {
    await haven.rest('PUT', `/collections/${other}`, { indexes: [{ path: 'email', unique: true }] });
    await create({ email: 'a' });
    const operation = (collection: string) => ({ op: 'create', collection, data: { email: 'a' } });
    const { status, body } = await haven.rest('POST', '/batch', { operations: [operation(other), operation('users')] });
    expect([status, body.code, body.index]).toEqual([409, 'UNIQUE_VIOLATION', 1]);
    expect(await recordCount()).toBe(1);
  });

  it('is checked in a request with an Idempotency-Key, whose retry can then succeed', async () => {
    const { body: holder } = await create({ email: 'a' });
    const key = { 'idempotency-key': '"one"' };
    const refused = await create({ email: 'a' }, key);
    expect([refused.status, refused.body.code, refused.body.holder]).toEqual([409, 'UNIQUE_VIOLATION', holder.id]);
    await haven.rest('DELETE', `${RECORDS}/${holder.id}`);
    expect((await create({ email: 'a' }, key)).status).toBe(201);
    expect((await create({ email: 'a' }, key)).headers.get('idempotency-replayed')).toBe('true');
  });

  it('is given to one of many that create it at once', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => create({ email: 'raced' })));
    const statuses = responses.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const { body: winner } = responses.find(({ status }) => status === 201) ?? { body: {} };
    for (const { status, body } of responses) if (status === 409) expect(body.holder).toBe(winner.id);
  });
});

describe('records by a unique value', () => {
  const by = (value: string, index = 'email') =>
    `${RECORDS}/by/${encodeURIComponent(index)}/${encodeURIComponent(value)}`;

  it('are created with a new id, replaced, patched and deleted', async () => {
    const made = await haven.rest('PUT', by('ann@x.org'), { data: { name: 'Ann' } });
    expect([made.status, made.body.version, made.body.data]).toEqual([201, 1, { email: 'ann@x.org', name: 'Ann' }]);
    expect(made.headers.get('etag')).toBe('"1"');
    expect(made.headers.get('location')).toBe(`/api/v1${RECORDS}/${made.body.id}`);
    const replaced = await haven.rest('PUT', by('ann@x.org'), { data: { email: 'ann@x.org', name: 'Anna' } });
    expect([replaced.status, replaced.body.id, replaced.body.version]).toEqual([200, made.body.id, 2]);
    const patched = await haven.rest('PATCH', by('ann@x.org'), { data: { email: 'anna@x.org' } });
    expect([patched.status, patched.body.version]).toEqual([200, 3]);
    expect((await haven.rest('GET', by('ann@x.org'))).status).toBe(404);
    const read = await haven.rest('GET', `${by('anna@x.org')}?fields=name`);
    expect([read.status, read.body.id, read.body.data]).toEqual([200, made.body.id, { name: 'Anna' }]);
    expect((await haven.rest('GET', by('anna@x.org'), undefined, { 'if-none-match': '"3"' })).status).toBe(304);
    expect((await haven.rest('DELETE', by('anna@x.org'))).status).toBe(204);
    expect((await haven.rest('DELETE', by('anna@x.org'))).status).toBe(404);
    expect((await haven.rest('GET', by('anna@x.org'))).status).toBe(404);
    expect((await haven.rest('PATCH', by('anna@x.org'), { data: {} })).status).toBe(404);
  });

  it('honour preconditions', async () => {
    const noSuch = await haven.rest('PUT', by('a'), { data: {} }, { 'if-match': '"1"' });
    expect([noSuch.status, noSuch.body.code]).toEqual([412, 'VERSION_CONFLICT']);
    expect((await haven.rest('PUT', by('a'), { data: {} }, { 'if-none-match': '*' })).status).toBe(201);
    expect((await haven.rest('PUT', by('a'), { data: {} }, { 'if-none-match': '*' })).status).toBe(412);
    expect((await haven.rest('PATCH', by('a'), { data: { n: 1 } }, { 'if-match': '"2"' })).status).toBe(412);
    expect((await haven.rest('PATCH', by('a'), { data: { n: 1 } }, { 'if-match': '"1"' })).status).toBe(200);
    expect((await haven.rest('PUT', by('a'), { version: 1, data: {} })).status).toBe(412);
    expect((await haven.rest('PUT', by('a'), { version: 2, data: {} })).status).toBe(200);
    expect((await haven.rest('DELETE', by('a'), undefined, { 'if-match': '"2"' })).status).toBe(412);
    const key = { 'idempotency-key': '"upsert"' };
    const first = await haven.rest('PUT', by('new'), { data: {} }, key);
    const again = await haven.rest('PUT', by('new'), { data: {} }, key);
    expect([first.status, again.status, again.headers.get('location')]).toEqual([
      201,
      201,
      first.headers.get('location'),
    ]);
  });

  it.each([
    ['email', 'a+b/c%20?#&é@x.org', 'a+b/c%20?#&é@x.org', ''],
    ['email', '12', '12', ''],
    ['email', '12', 12, '?valueType=json'],
    ['email', '["a",1]', ['a', 1], '?valueType=json'],
    ['email', '""', '', '?valueType=json'],
    ['login', 'ANN', 'ann', ''],
    ['login', 'STRASSE', 'straSse', ''],
    ['due', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00.000+01:00', ''],
  ])('finds in the index %s by %s the value %j (%s)', async (index, text, value, query) => {
    const { body } = await create({ [index]: value });
    expect((await haven.rest('GET', by(text, index) + query)).body.id).toBe(body.id);
    const { status } = await haven.rest('PUT', by(text, index) + query, { data: { [index]: value, n: 1 } });
    expect(status).toBe(200);
    expect((await haven.rest('PUT', by(text, index) + query, { data: { n: 2 } })).body.version).toBe(3);
  });

  it('are named by the values of several members', async () => {
    const { body } = await haven.rest('PUT', by('n\\,o,7', 'country,code'), { data: {} });
    expect(body.data).toEqual({ country: 'n,o', code: '7' });
    const { body: number } = await haven.rest('PUT', `${by('["no",7]', 'country,code')}?valueType=json`, { data: {} });
    expect(number.data).toEqual({ country: 'no', code: 7 });
    const { body: found } = await haven.graphql(
      '{ recordBy(collection: "users", index: "country,code", value: ["no", 7]) { id } }',
    );
    expect(found.data.recordBy.id).toBe(number.id);
  });

  it('take numbers and booleans from the URL if the schema allows nothing else', async () => {
    await haven.rest('PATCH', '/collections/users', { schema: { properties: { email: { type: 'integer' } } } });
    expect((await haven.rest('PUT', by('12'), { data: {} })).body.data).toEqual({ email: 12 });
    const { body } = await haven.rest('GET', by('ann'));
    expect([body.code, body.errors[0].pointer]).toEqual(['VALIDATION_FAILED', '/value']);
  });

  it('refuse what names no unique index or no value, and data with another value', async () => {
    const requests = [
      ['GET', by('a', 'nickname'), undefined, 404, 'NOT_FOUND', undefined],
      ['GET', by('null') + '?valueType=json', undefined, 422, 'VALIDATION_FAILED', '/value'],
      ['GET', by('x y z') + '?valueType=json', undefined, 422, 'VALIDATION_FAILED', '/value'],
      ['GET', by('a', 'country,code'), undefined, 422, 'VALIDATION_FAILED', '/value'],
      ['GET', by('a,b,c', 'country,code'), undefined, 422, 'VALIDATION_FAILED', '/value'],
      ['GET', by('"x"', 'country,code') + '?valueType=json', undefined, 422, 'VALIDATION_FAILED', '/value'],
      ['GET', by('a', 'plain'), undefined, 422, 'VALIDATION_FAILED', '/index'],
      ['GET', by('a\u0000'), undefined, 422, 'VALIDATION_FAILED', '/value'],
      ['PUT', by('a'), { data: { email: 'b' } }, 422, 'VALIDATION_FAILED', '/data/email'],
      ['PUT', by('a'), { data: { email: null } }, 422, 'VALIDATION_FAILED', '/data/email'],
      ['PUT', by('a'), { data: 1 }, 422, 'VALIDATION_FAILED', '/data'],
      ['PUT', by('a'), { id: '018f3b5e-7c1a-7000-8000-0000000000a1', data: {} }, 422, 'VALIDATION_FAILED', '/id'],
      ['PUT', by('a', 'deep.er'), { data: { deep: 1 } }, 422, 'VALIDATION_FAILED', '/data/deep/er'],
    ] as const;
    const { body: collection } = await haven.rest('GET', '/collections/users');
    const indexes = [...collection.indexes, 'plain', { path: 'deep.er', unique: true }];
    await haven.rest('PATCH', '/collections/users', { indexes });
    for (const [method, path, body, status, code, pointer] of requests) {
      const response = await haven.rest(method, path, body);
      const outcome = [response.status, response.body.code, response.body.errors?.[0].pointer];
      expect(outcome, `${method} ${path}`).toEqual([status, code, pointer]);
    }
    expect(await recordCount()).toBe(0);
  });

  it('are created beside clients that create them without naming the value', async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        n % 2 === 0 ? create({ email: 'both' }) : haven.rest('PUT', by('both'), { data: { n } }),
      ),
    );
    const upserts = results.filter((_, n) => n % 2 === 1).map(({ status }) => status);
    expect(upserts.filter((status) => status !== 200 && status !== 201)).toEqual([]);
    expect(results.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await recordCount()).toBe(1);
  });
});

describe('an import', () => {
  const lines = (...documents: object[]) => documents.map((one) => JSON.stringify(one)).join('\n');
  const load = (body: string, query = '', headers: Record<string, string> = {}) =>
    haven.rest('POST', `/collections/users/import?${query}`, body, {
      'content-type': 'application/x-ndjson',
      ...headers,
    });
  const keyed = { 'idempotency-key': '"import"' };

  it.each([
    ['in batches', {}],
    ['with an Idempotency-Key', keyed],
  ])('%s reports the lines whose value another record holds, and stores the others', async (_, headers) => {
    const { body: holder } = await create({ email: 'taken' });
    const { status, body } = await load(
      lines({ email: 'a' }, { email: 'taken' }, { email: 'b' }, { email: 'a', second: true }, { email: 'c' }),
      '',
      headers,
    );
    expect([status, body.imported, body.failed]).toEqual([200, 3, 2]);
    expect(body.errors).toEqual([
      { line: 2, code: 'UNIQUE_VIOLATION', pointer: '/email', detail: expect.stringContaining(holder.id) },
      { line: 4, code: 'UNIQUE_VIOLATION', pointer: '/email', detail: expect.any(String) },
    ]);
    expect(await recordCount()).toBe(4);
  });

  it('refuses lines that take a value which a refused line keeps', async () => {
    const ids = await Promise.all(['a', 'b', 'c', 'd'].map(async (email) => (await create({ email })).body.id));
    const [a, b, c] = ids;
    const moved = lines(
      { id: a, data: { email: 'b' } },
      { id: b, data: { email: 'c' } },
      { id: c, data: { email: 'd' } },
    );
    const { body } = await load(moved, 'shape=record');
    expect([body.imported, body.failed]).toEqual([0, 3]);
    expect(body.errors.map(({ line, pointer }: any) => [line, pointer])).toEqual([
      [1, '/data/email'],
      [2, '/data/email'],
      [3, '/data/email'],
    ]);
    const swapped = lines({ id: a, data: { email: 'b' } }, { id: b, data: { email: 'a' } });
    expect((await load(swapped, 'shape=record')).body.updated).toBe(2);
  });

  it('that is atomic stores nothing, and names the line', async () => {
    await create({ email: 'taken' });
    const { status, body } = await load(lines({ email: 'a' }, { email: 'b' }, { email: 'taken' }), 'atomic=true');
    expect([status, body.code, body.uniqueIndex]).toEqual([409, 'UNIQUE_VIOLATION', 'email']);
    expect([body.detail, body.errors[0].pointer]).toEqual([expect.stringMatching(/^Line 3: /), '/email']);
    expect(await recordCount()).toBe(1);
  });

  it.each([
    ['in batches', '', {}],
    ['atomic', '&atomic=true', {}],
    ['with an Idempotency-Key', '', keyed],
  ])('%s replaces the records that hold the values, and creates the others', async (_, query, headers) => {
    const { body: ann } = await create({ email: 'ann', login: 'x' });
    const body = lines({ email: 'ann', n: 1 }, { email: 'bob', n: 1 }, { email: 'bob', n: 2 });
    const report = (await load(body, `upsertBy=email${query}`, headers)).body;
    expect(report).toMatchObject({ imported: 2, created: 1, updated: 1, failed: 0 });
    const read = await haven.rest('GET', `${RECORDS}/by/email/ann`);
    expect([read.body.id, read.body.data]).toEqual([ann.id, { email: 'ann', n: 1 }]);
    expect((await haven.rest('GET', `${RECORDS}/by/email/bob`)).body.data).toEqual({ email: 'bob', n: 2 });
    const again = await load(`${body}\n`, `upsertBy=email${query}`);
    expect(again.body).toMatchObject({ imported: 2, created: 0, updated: 2 });
    expect(await recordCount()).toBe(2);
  });

  it('finds records by several members and without case', async () => {
    await load(lines({ country: 'no', code: 1 }, { country: 'no', code: 2 }), 'upsertBy=country,code');
    const two = await load(lines({ country: 'no', code: 2 }, { country: 'se', code: 2 }), 'upsertBy=country,code');
    expect(two.body).toMatchObject({ created: 1, updated: 1 });
    await create({ login: 'ANN' });
    expect((await load(lines({ login: 'ann' }), 'upsertBy=login')).body).toMatchObject({ created: 0, updated: 1 });
  });

  it('refuses lines without a value, lines with ids, and indexes that are not unique', async () => {
    const { body } = await load(lines({ email: 'a' }, { email: null }, {}), 'upsertBy=email');
    expect([body.imported, body.errors.map(({ line, pointer }: any) => [line, pointer])]).toEqual([
      1,
      [
        [2, '/email'],
        [3, '/email'],
      ],
    ]);
    for (const query of ['upsertBy=nickname', 'upsertBy=email&shape=record']) {
      const refused = await load(lines({ email: 'z' }), query);
      expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/upsertBy']);
    }
  });
});

describe('declaring a unique index over stored records', () => {
  const NAMES = [{ path: 'name', unique: true, caseless: true }];

  it('is refused if several records have a value, which a dry run lists', async () => {
    const ids: string[] = [];
    for (const name of ['Ann', 'ann', 'Bob', 'bob', 'Cid', null]) ids.push((await create({ name })).body.id);
    const dry = await haven.rest('PATCH', '/collections/users?dryRun=true', { indexes: NAMES });
    expect([dry.status, dry.body.duplicates]).toEqual([
      200,
      [
        {
          index: 'name',
          count: 2,
          samples: [
            { values: ['Ann'], ids: [ids[0], ids[1]] },
            { values: ['Bob'], ids: [ids[2], ids[3]] },
          ],
        },
      ],
    ]);
    const refused = await haven.rest('PATCH', '/collections/users', { indexes: NAMES });
    expect([refused.status, refused.body]).toEqual([
      409,
      expect.objectContaining({
        code: 'UNIQUE_VIOLATION',
        uniqueIndex: 'name',
        detail: expect.stringContaining(ids[0] ?? ''),
        errors: [expect.objectContaining({ pointer: '/indexes' })],
      }),
    ]);
    expect((await haven.rest('GET', '/collections/users')).body.indexes).toHaveLength(4);
    for (const id of [ids[1], ids[3]]) await haven.rest('DELETE', `${RECORDS}/${id}`);
    const clean = await haven.rest('PATCH', '/collections/users?dryRun=true', { indexes: NAMES });
    expect([clean.status, clean.body.duplicates]).toEqual([200, []]);
    expect((await create({ name: 'ANN' })).status).toBe(201); // the dry run has left nothing behind
  });

  it('holds the values of all records at once, before the index is built', async () => {
    const { body: ann } = await create({ name: 'Ann' });
    expect((await haven.rest('PATCH', '/collections/users', { indexes: NAMES })).status).toBe(200);
    const { status, body } = await create({ name: 'ANN' });
    expect([status, body.holder]).toEqual([409, ann.id]);
    expect((await haven.rest('GET', `${RECORDS}/by/name/ann`)).body.id).toBe(ann.id);
  });

  it('warns about x-unique in a schema, which has no effect', async () => {
    const schema = { properties: { email: { 'x-unique': true }, 'x-unique': {} }, enum: [{ 'x-unique': 1 }] };
    const { body } = await haven.rest('PUT', '/collections/warned', { schema });
    const warning = { code: 'KEYWORD_IGNORED', pointer: '/schema/properties/email/x-unique' };
    expect(body.warnings).toEqual([expect.objectContaining(warning)]);
    const { body: read } = await haven.graphql('{ collection(name: "warned") { warnings { code pointer } } }');
    expect(read.data.collection.warnings).toEqual([warning]);
    expect((await haven.rest('PUT', '/collections/warned', body)).status).toBe(200);
  });
});
