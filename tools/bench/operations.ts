import { randomUUID } from 'node:crypto';

import { document, recordId, RECORDS, selectiveFilter, undeclaredFilter } from './data.ts';
import type { LoadRequest, RequestMaker } from './load.ts';

/** One operation on both APIs. `only: 'haven'` marks operations that the reference servers do not have. */
export interface Operation {
  only?: 'haven';
  rest: RequestMaker;
  graphql: RequestMaker;
}

const RECORDS_PATH = '/api/v1/collections/products/records';
const JSON_TYPE = { 'content-type': 'application/json' };

const GET = 'query Get($id: ID!) { record(collection: "products", id: $id) { id version data createdAt updatedAt } }';
const LIST =
  'query List($filter: JSON) { records(collection: "products", filter: $filter, first: 20) { edges { node { id version data createdAt updatedAt } } pageInfo { hasNextPage endCursor } } }';
const CREATE =
  'mutation Create($data: JSONObject!) { createRecord(collection: "products", data: $data) { id version data createdAt updatedAt } }';
const PATCH =
  'mutation Patch($id: ID!, $data: JSONObject!) { patchRecord(collection: "products", id: $id, data: $data) { id version data createdAt updatedAt } }';

const BATCH =
  'mutation Batch($operations: [BatchOperation!]!) { batch(operations: $operations) { results { status record { id version data createdAt updatedAt } } } }';

const create: Operation = {
  rest: (number) => ({
    method: 'POST',
    path: RECORDS_PATH,
    headers: JSON_TYPE,
    body: JSON.stringify({ data: document(number) }),
  }),
  graphql: (number) => query(CREATE, { data: document(number) }),
};

/**
 * The measured operations: the same requests for Haven and the reference servers, on each API. `number` is any integer.
 */
export const operations = {
  get: {
    rest: (number) => ({ method: 'GET', path: `${RECORDS_PATH}/${idOf(number)}` }),
    graphql: (number) => query(GET, { id: idOf(number) }),
  },
  list: {
    rest: () => ({ method: 'GET', path: `${RECORDS_PATH}?limit=20` }),
    graphql: () => query(LIST, {}),
  },
  filter: {
    rest: (number) => list(selectiveFilter(number)),
    graphql: (number) => query(LIST, { filter: selectiveFilter(number) }),
  },
  /** Like `filter`, by a path that the collection does not declare. */
  undeclared: {
    rest: (number) => list(undeclaredFilter(number)),
    graphql: (number) => query(LIST, { filter: undeclaredFilter(number) }),
  },
  create,
  /** Like `create`, with a unique `Idempotency-Key`. */
  keyed: {
    only: 'haven',
    rest: (number) => withKey(create.rest(number)),
    graphql: (number) => withKey(create.graphql(number)),
  },
  /** A hundred creates in one request. */
  batch: {
    only: 'haven',
    rest: (number) => ({
      method: 'POST',
      path: '/api/v1/batch',
      headers: JSON_TYPE,
      body: JSON.stringify({ operations: creates(number) }),
    }),
    graphql: (number) => query(BATCH, { operations: creates(number) }),
  },
  patch: {
    rest: (number) => ({
      method: 'PATCH',
      path: `${RECORDS_PATH}/${idOf(number)}`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ data: { stock: number % 1000, note: null } }),
    }),
    graphql: (number) => query(PATCH, { id: idOf(number), data: { stock: number % 1000, note: null } }),
  },
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

/**
 * Returns the operation with this name. A name such as `list:gzip` is the operation whose responses the client accepts
 * in a content coding.
 */
export function operationOf(name: string): Operation {
  if (name in operations) return operations[name as OperationName]; // checked in this line
  const [plain = '', coding] = name.split(':');
  if (coding !== undefined) return accepting(coding, operationOf(plain));
  throw new Error(`Unknown operation ${name}; use one of ${Object.keys(operations).join(', ')}.`);
}

function list(filter: object): LoadRequest {
  return { method: 'GET', path: `${RECORDS_PATH}?limit=20&filter=${encodeURIComponent(JSON.stringify(filter))}` };
}

function accepting(coding: string, { rest, graphql }: Operation): Operation {
  const add = (request: LoadRequest) => ({ ...request, headers: { ...request.headers, 'accept-encoding': coding } });
  return { only: 'haven', rest: (number) => add(rest(number)), graphql: (number) => add(graphql(number)) };
}

function creates(number: number): object[] {
  return Array.from({ length: 100 }, (_, index) => ({
    op: 'create',
    collection: 'products',
    data: document(number + index),
  }));
}

function withKey(request: LoadRequest): LoadRequest {
  return { ...request, headers: { ...request.headers, 'idempotency-key': randomUUID() } };
}

function query(document: string, variables: object): LoadRequest {
  return { method: 'POST', path: '/graphql', headers: JSON_TYPE, body: JSON.stringify({ query: document, variables }) };
}

function idOf(number: number): string {
  return recordId(number % RECORDS);
}
