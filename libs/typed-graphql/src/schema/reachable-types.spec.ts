import { buildSchema, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import type { GraphQLNamedType } from 'graphql';
import { expect, it } from 'vitest';

import { reachableTypes } from './reachable-types.js';

it('finds the types to which fields, arguments, input fields and unions lead', () => {
  const schema = buildSchema(`
    type Query { a(input: [A!]): [Either!]! }
    input A { b: B } input B { c: C } enum C { c }
    union Either = One | Other
    type One { again: Query } type Other { x: Int }
    type Elsewhere { y: Int }`);
  const start = schema.getQueryType() as GraphQLObjectType;
  const found = allReachable(start).map(({ name }) => name);
  expect(found).toEqual(['Query', 'Either', 'A', 'One', 'Other', 'B', 'Int', 'C']);
});

it('finds types at any depth, and graphql-js looks for no others', () => {
  let type = new GraphQLObjectType({ name: 'T', fields: { last: { type: GraphQLString } } });
  for (let level = 0; level < 50_000; level++) {
    const inner = type;
    type = new GraphQLObjectType({ name: `T${level}`, fields: { inner: { type: inner } } });
  }
  expect(() => new GraphQLSchema({ query: type })).toThrow(RangeError);
  expect(new GraphQLSchema({ query: type, types: allReachable(type) }).getType('T')).toBeDefined();
});

function allReachable(start: GraphQLNamedType): readonly GraphQLNamedType[] {
  const steps = reachableTypes([start]);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}
