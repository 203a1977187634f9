import { ApolloServer } from '@apollo/server';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const haven = startHaven();
const apollo = vi.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');

const ID = '0190a000-0000-7000-8000-000000000001';
const CREATE = 'mutation($d: JSONObject!) { createRecord(collection: "movies", data: $d) { version data } }';

/** Sends a request, and returns the response and whether Apollo handled the request. */
async function send(body: Record<string, unknown>, headers: Record<string, string> = {}) {
  apollo.mockClear();
  const response = await haven.rest('POST', '//graphql', body, headers);
  return { response, byApollo: apollo.mock.calls.length > 0 };
}

/** Headers that differ between responses to equal requests. */
const DIFFERENT = /^(date|server-timing|traceresponse|ratelimit|x-request-id|haven-position)$/;

/** What a client sees of a response, without what differs between responses to equal requests. */
function visible({ status, headers, body }: ApiResponse) {
  const text = JSON.stringify(body).replaceAll(/"traceId":"[0-9a-f]+"/g, '');
  return { status, headers: [...headers].filter(([name]) => !DIFFERENT.test(name)), text };
}

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'movies' });
  await haven.rest('PUT', `/collections/movies/records/${ID}`, { data: { n: 1 } });
});

const RECORD = `record(collection: "movies", id: "${ID}") { version data }`;

describe('a document that Apollo has validated', () => {
  it.each<[string, Record<string, unknown>, Record<string, string>?]>([
    ['a query', { query: `{ ${RECORD} }` }],
    [
      'a list',
      { query: '{ records(collection: "movies") { edges { node { data } } pageInfo { hasNextPage } totalCount } }' },
    ],
    ['one of several operations', { query: `query A { ${RECORD} } query B { __typename }`, operationName: 'A' }],
    ['no operation name', { query: `query A { a: ${RECORD} }`, operationName: '', variables: null, extensions: {} }],
    ['the cost', { query: `{ b: ${RECORD} }` }, { 'graphql-cost': '1' }],
    ['another media type', { query: `{ c: ${RECORD} }` }, { accept: 'application/graphql-response+json' }],
    ['several media types', { query: `{ d: ${RECORD} }` }, { accept: 'text/html;q=0.1, application/json;q=0.5' }],
    ['a field that graphql-js executes', { query: '{ __typename collections { edges { node { name } } } }' }],
    ['a dry run', { query: `mutation { deleteRecord(collection: "movies", id: "${ID}", dryRun: true) }` }],
  ])('is run without Apollo, with the same response: %s', async (_, body, headers) => {
    const first = await send(body, headers);
    const second = await send(body, headers);
    expect([first.byApollo, second.byApollo]).toEqual([true, false]);
    expect(first.response.status).toBe(200);
    expect(visible(second.response)).toEqual(visible(first.response));
  });

  it.each<[string, Record<string, unknown>, Record<string, string>?]>([
    ['errors of fields', { query: `{ ok: ${RECORD} record(collection: "none", id: "x") { data } }` }],
    ['variables of the wrong type', { query: CREATE, variables: { d: 7 } }],
    ['an unknown operation', { query: `query A { ${RECORD} }`, operationName: 'B' }],
    ['a body of the wrong type', { query: `{ ${RECORD} }`, variables: [] }],
    ['a media type that is not supported', { query: `{ ${RECORD} }` }, { accept: 'image/png' }],
    [
      'a cost that exceeds the limit',
      {
        query: 'query($e: [String!]) { records(collection: "movies", first: 500, expand: $e) { totalCount } }',
        variables: { e: Array(60).fill('a') },
      },
    ],
  ])('is left to Apollo with %s', async (_, body, headers) => {
    await send({ query: body['query'] });
    const first = await send(body, headers);
    const second = await send(body, headers);
    expect([first.byApollo, second.byApollo]).toEqual([true, true]);
    expect(second.response.body.errors).toBeDefined();
    expect(visible(second.response)).toEqual(visible(first.response));
  });

  it('is executed once if Apollo formats its errors', async () => {
    const query =
      'mutation($d: JSONObject!, $c: String!) { createRecord(collection: "movies", data: $d) { id } other: createRecord(collection: $c, data: $d) { id } }';
    await send({ query, variables: { d: {}, c: 'movies' } });
    const { response, byApollo } = await send({ query, variables: { d: {}, c: 'none' } });
    expect(byApollo).toBe(true);
    expect(response.body).toMatchObject({
      data: { other: null },
      errors: [{ path: ['other'], locations: [{ line: 1 }] }],
    });
    const { body } = await haven.graphql('{ records(collection: "movies") { totalCount } }');
    expect(body.data.records.totalCount).toBe(1 + 2 + 1);
  });

  it('replays the response to an earlier request with the same key', async () => {
    const body = { query: CREATE, variables: { d: { n: 3 } } };
    const headers = { 'idempotency-key': 'once' };
    const first = await send(body, headers);
    const second = await send(body, headers);
    expect(second.byApollo).toBe(false);
    expect(second.response.body).toEqual({
      ...first.response.body,
      extensions: { idempotencyReplayed: ['createRecord'] },
    });
    expect(second.response.headers.get('idempotency-replayed')).toBe('true');
  });
});
