import { buildSchema, getOperationAST, isObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';

import type { HavenConfig } from '@haven/config';

import { costOfOperation } from './cost.js';
import { EMBEDDED, READ } from './field-cost.js';

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

function cost(text: string, variables: Record<string, unknown> = {}, of = schema) {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('No operation.');
  return costOfOperation({ schema: of, document, operation, variables }, limits);
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
    expect(cost(text, variables)).toEqual({ value, exact: true, reads: 0 });
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

describe('the cost of fields of typed records', () => {
  const typed = buildSchema(`
    scalar JSON
    type Query { movies(first: Int, last: Int): MovieConnection  movie: Movie }
    type MovieConnection { edges: [MovieEdge!]!  pageInfo: PageInfo!  totalCount: Int }
    type MovieEdge { node: Movie!  cursor: String! }
    type PageInfo { hasNextPage: Boolean! }
    type Movie {
      title: String  _data: JSON  ratings: [Rating]  studio: Studio  media: [Medium]
      director: Person  cast: [Person]
    }
    type Rating { stars: Int  by: Person  parts: [Rating] }
    type Studio { name: String  owner: Person  address: Studio  extra: JSON }
    type Film { reels: Int }
    type Disc { maker: Person }
    union Medium = Film | Disc
    type Person { name: String  movies(first: Int, last: Int): MovieConnection }
  `);
  const costs: Record<string, FieldCost> = {
    ...mapped(EMBEDDED, 'title', '_data', 'ratings', 'studio', 'media', 'stars', 'parts', 'name', 'address', 'extra'),
    ...mapped(READ, 'director', 'cast', 'by', 'owner', 'maker', 'Person.movies'),
  };
  for (const type of Object.values(typed.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields()))
      field.extensions = costs[`${type.name}.${field.name}`] ?? costs[field.name] ?? {};
  }

  it.each<[string, number, number]>([
    ['{ movie { title } }', 1, 0],
    ['{ movie { title studio { name address { address { name } } } ratings { stars parts { stars } } } }', 1, 0],
    ['{ movies(first: 5) { edges { node { title studio { name } media { ... on Film { reels } } } } } }', 6, 0],
    // A JSON document counts as everywhere.
    ['{ movies(first: 5) { edges { node { _data studio { extra } } } } }', 16, 0],
    ['{ movie { director { name } } }', 2, 1],
    ['{ movie { cast { name } } }', 11, 1],
    ['{ movie { studio { owner { name } address { owner { name } } } } }', 3, 2],
    ['{ movie { ratings { by { name } parts { by { name } } } } }', 111, 2],
    ['{ movie { media { ... on Disc { maker { name } } } } }', 11, 1],
    ['{ movie { director { movies(first: 50) { edges { node { title } } } } } }', 53, 2],
    ['{ movie { director { movies(first: 50) { edges { node { cast { name } } } } } } }', 553, 3],
    ['{ movies(first: 20) { edges { node { director { movies(last: 20) { totalCount } } } } } }', 661, 2],
    [
      '{ movie { a: director { name } b: director { name } director { name } ...F } } fragment F on Movie { director { name } }',
      4,
      3,
    ],
    [
      '{ movies(first: 9) { edges { node { cast { movies(first: 9) { edges { node { cast { name } } } } } } } } }',
      9100,
      3,
    ],
  ])('of %s is %i, with %i reads', (text, value, reads) => {
    expect(cost(text, {}, typed)).toEqual({ value, exact: true, reads });
  });
});

type FieldCost = Readonly<Record<string, string>>;

function mapped(cost: FieldCost, ...names: string[]): Record<string, FieldCost> {
  return Object.fromEntries(names.map((name) => [name, cost]));
}

function doubled(n: number): string {
  const inner = `{ edges { node { ...F${n} } } }`;
  return `x: history(first: 1) ${inner} y: history(first: 1) ${inner}`;
}
