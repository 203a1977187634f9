import { buildSchema, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';

import type { HavenConfig } from '@haven/config';

import { costOfOperation } from './cost.js';

const schema = buildSchema(`
  scalar JSON
  type Query {
    record(id: ID): Record
    records(first: Int, last: Int): RecordConnection!
    latest(limit: Int): [Record!]!
    found: [Found!]!
  }
  type Mutation { createRecord: Record!  batch(operations: [Change!]!): Batch! }
  type Subscription { changes: Change2! }
  input Change { id: ID }
  type Batch { results: [Result!]! }
  type Result { status: Int  record: Record }
  type Record { id: ID  data: JSON  patch: [JSON!]  history(first: Int): RecordConnection! indexes: [Index!]! }
  type Index { path: String }
  type RecordConnection { edges: [RecordEdge!]!  pageInfo: PageInfo!  totalCount: Int! }
  type RecordEdge { node: Record!  cursor: String! }
  type PageInfo { hasNextPage: Boolean! }
  type Change2 { record: Record }
  union Found = Record | Index
`);
const limits = { pageSize: 500, pageSizeDefault: 20 } as HavenConfig['limits'];

function cost(text: string, variables: Record<string, unknown> = {}) {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('No operation.');
  return costOfOperation({ schema, document, operation, variables }, limits);
}

describe('the cost of an operation', () => {
  it.each<[string, number, Record<string, unknown>?]>([
    ['{ __typename }', 0],
    ['{ record { id } }', 1],
    ['{ record { id data patch } }', 3],
    ['{ records { pageInfo { hasNextPage } } }', 21],
    ['{ records(first: 500) { edges { node { id } } } }', 501],
    ['{ records(last: 500) { edges { cursor } } }', 501],
    ['{ records(first: 500) { edges { node { id data } } } }', 1_001],
    ['{ records(first: 1) { totalCount } }', 12],
    ['query($n: Int) { records(first: $n) { edges { cursor } } }', 101, { n: 100 }],
    ['query($n: Int = 7) { records(first: $n) { edges { cursor } } }', 8],
    ['query($n: Int = 7) { records(first: $n) { edges { cursor } } }', 21, { n: null }],
    ['{ records(first: 1000000) { edges { cursor } } }', 501],
    ['{ records(first: 10) { edges { node { history(first: 5) { edges { node { data } } } } } } }', 121],
    ['{ latest(limit: 3) { data } }', 6],
    ['{ record { indexes { path } } }', 11],
    ['{ found { ... on Record { data } ... on Index { path } } }', 20],
    ['mutation { createRecord { id } }', 11],
    ['mutation { batch(operations: [{}, {}, {}]) { results { record { id } } } }', 17],
    ['mutation($o: [Change!]!) { batch(operations: $o) { results { status } } }', 1_011, { o: Array(1_000).fill({}) }],
    ['subscription { changes { record { data } } }', 3],
  ])('of %s is %i', (text, value, variables) => {
    expect(cost(text, variables)).toEqual({ value, exact: true });
  });

  it('counts a field that is selected twice once, and each alias separately', () => {
    expect(
      cost('{ record { id } ...F ... on Query { record { data } } } fragment F on Query { record { id } }'),
    ).toEqual(cost('{ record { id data } }'));
    expect(cost('{ a: record { id } b: record { id } }').value).toBe(2);
    expect(cost('{ records(first: 9) { a: edges { cursor } b: edges { cursor } c: edges { cursor } } }').value).toBe(
      28,
    );
    expect(cost('{ records(first: 9) { edges { a: node { id } b: node { id } } } }').value).toBe(19);
  });

  it('excludes skipped selections, and nothing else', () => {
    const text = 'query($skip: Boolean!) { record { id data @skip(if: $skip) patch @include(if: false) } }';
    expect(cost(text, { skip: true }).value).toBe(1);
    expect(cost(text, { skip: false }).value).toBe(2);
  });

  it('is estimated in limited time, however often fragments are spread', () => {
    const fragments = Array.from({ length: 60 }, (_, n) => `fragment F${n} on Record { a: id ${doubled(n + 1)} }`);
    const { exact } = cost(`{ record { ...F0 } } ${fragments.join(' ')} fragment F60 on Record { id }`);
    expect(exact).toBe(false);
  });

  it('is an integer that JSON can represent exactly, however deep the nesting', () => {
    const nested = 'history(first: 500) { edges { node { '.repeat(12);
    const { value } = cost(`{ record { ${nested} id ${'} } } '.repeat(12)} } }`);
    expect(value).toBe(Number.MAX_SAFE_INTEGER);
  });
});

function doubled(n: number): string {
  const inner = `{ edges { node { ...F${n} } } }`;
  return `x: history(first: 1) ${inner} y: history(first: 1) ${inner}`;
}
