import { GraphQLObjectType, GraphQLSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';

import { SafeInt } from './safe-int.scalar.js';

const query = new GraphQLObjectType({
  name: 'Query',
  fields: { add: { type: SafeInt, args: { n: { type: SafeInt } } } },
});
const schema = new GraphQLSchema({ query });

it.each(['9007199254740992', '-9007199254740993', '1.5', '"1"', 'true', '[1]', '{n: 1}'])(
  'refuses the literal %s, with its place',
  (literal) => {
    const [error] = validate(schema, parse(`{ add(n: ${literal}) }`));
    expect(error?.message).toContain(`got ${literal}`);
    expect(error?.locations).toEqual([{ line: 1, column: 10 }]);
  },
);

it('accepts the literals at the ends of the range', () => {
  for (const literal of ['9007199254740991', '-9007199254740991', '0'])
    expect(validate(schema, parse(`{ add(n: ${literal}) }`))).toEqual([]);
});
