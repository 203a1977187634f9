import { GraphQLList, GraphQLNonNull } from 'graphql';
import type { GraphQLFieldConfigArgumentMap } from 'graphql';

import type { TypedCollection } from '@haven/record-types';

import { recordInputs } from './record-inputs.js';
import type { SharedTypes } from './shared-types.js';

/** The arguments of a list of records. */
export function pageArguments(collection: TypedCollection, shared: SharedTypes): GraphQLFieldConfigArgumentMap {
  const { where, orderBy } = recordInputs(shared, collection);
  return {
    where: { type: where, description: 'Conditions that the records must meet.' },
    orderBy: {
      type: new GraphQLList(new GraphQLNonNull(orderBy)),
      description: 'What to sort by; newest first by default.',
    },
    ...shared.pageArguments,
  };
}
