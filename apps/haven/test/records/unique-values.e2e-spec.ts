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

  it.each([
    [{ email: 'a' }, { email: 'A' }],
    [{ email: '1' }, { email: 1 }],
    [{ email: null }, { email: null }],
    [{}, {}],
    [{ country: 'no' }, { country: 'no' }],
    [{ country: 'no', code: null }, { country: 'no', code: null }],
    [{ country: 'a', code: 'bc' }, { country: 'ab', code: 'c' }],
    [{ email: `${LONG}a` }, { email: `${LONG}b` }],
  ])('allows %j beside %j', async (first, second) => {
    expect([(await create(first)).status, (await create(second)).status]).toEqual([201, 201]);
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
    const { status } = await haven.rest('POST', '/batch', { operations: [patch(first.id, 'b'), patch(second.id, 'a')] });
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
