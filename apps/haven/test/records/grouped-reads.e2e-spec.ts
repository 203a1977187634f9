import { randomUUID } from 'node:crypto';

import { beforeEach, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { pipelined } from '../support/pipelined.js';
import type { PipelinedResponse } from '../support/pipelined.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();
const SIXTEEN = Array.from({ length: 16 }, (_, number) => number);

beforeEach(async () => {
  for (const name of ['films', 'people']) await haven.rest('POST', '/collections', { name });
});

const path = (collection: string, id = '') => `/collections/${collection}/records${id && `/${id}`}`;
const create = async (collection: string, data: object, headers = {}): Promise<string> => {
  const { body } = await haven.rest('POST', path(collection), { data }, headers);
  return body.id;
};
const names = async (work: () => Promise<unknown>) => (await statementsOf(work)).map(({ name }) => name);

it('reads records of several collections that are read together in one transaction', async () => {
  const films = await Promise.all(SIXTEEN.map((n) => create('films', { n })));
  const people = await Promise.all(SIXTEEN.map((n) => create('people', { n })));
  const requests = SIXTEEN.flatMap((n) => [
    { method: 'GET', path: path('films', films[n]) },
    { method: 'GET', path: path('people', people[n]) },
    { method: 'GET', path: path('films', people[n]) }, // of another collection
    { method: 'GET', path: path('films', films[0]) },
  ]);
  await pipelined(haven.url, requests); // reads the settings of the collections
  let responses: PipelinedResponse[] = [];
  const sent = await names(async () => void (responses = await pipelined(haven.url, requests)));
  expect(sent.filter((name) => name === 'records.find').length).toBe(64);
  const first = sent.filter((name, place) => name === 'records.find' && sent[place - 1] !== name);
  expect(first.length).toBeLessThanOrEqual(8);
  expect(responses.map(({ status, body }) => [status, body.id, body.data?.n])).toEqual(
    SIXTEEN.flatMap((n) => [
      [200, films[n], n],
      [200, people[n], n],
      [404, undefined, undefined],
      [200, films[0], 0],
    ]),
  );
});

it('reads the records of one GraphQL document in one transaction', async () => {
  const ids = await Promise.all(SIXTEEN.slice(0, 3).map((n) => create('films', { n })));
  const fields = ids.map((id, n) => `r${n}: record(collection: "films", id: "${id}") { data }`);
  const read = () => haven.graphql(`{ ${fields.join(' ')} }`);
  await read();
  let response: Awaited<ReturnType<typeof read>> | undefined;
  const sent = await names(async () => void (response = await read()));
  expect(sent).toEqual(['tenant', 'records.find', 'records.find', 'records.find']);
  expect(response?.body.data).toEqual({ r0: { data: { n: 0 } }, r1: { data: { n: 1 } }, r2: { data: { n: 2 } } });
});

it('keeps the tenants of requests that arrive together apart', async () => {
  const id = randomUUID();
  const other = await haven.as(randomUUID());
  await haven.rest('POST', '/collections', { name: 'films' }, other);
  await haven.rest('POST', path('films'), { id, data: { of: 'one' } });
  await haven.rest('POST', path('films'), { id, data: { of: 'other' } }, other);
  const mine = await create('films', { of: 'mine' });
  const responses = await pipelined(
    haven.url,
    SIXTEEN.flatMap((n) => {
      const headers = n % 2 ? other : {};
      return [id, mine].map((each) => ({ method: 'GET', path: path('films', each), headers }));
    }),
  );
  const expected = (n: number) => (n % 2 ? ['other', 'NOT_FOUND'] : ['one', 'mine']);
  expect(responses.map(({ body }) => body.code ?? body.data.of)).toEqual(SIXTEEN.flatMap(expected));
});
