import type { GraphQLFieldConfigArgumentMap, GraphQLOutputType } from 'graphql';

import type { TypedCollection } from '@haven/record-types';

import type { RootField } from '../field-source.js';
import type { OutputTypes } from './output-types.js';
import type { SharedTypes } from './shared-types.js';

/** A root field that is made from a collection, before it is part of a schema. */
export interface TypedRootField {
  readonly root: 'Query' | 'Mutation' | 'Subscription';
  readonly name: string;
  readonly description: string;
  readonly type: GraphQLOutputType;
  readonly args: GraphQLFieldConfigArgumentMap;
  readonly field: RootField;
}

/** The parts that root fields are made from. */
export interface RootFieldParts {
  readonly types: TypedCollection;
  readonly output: OutputTypes;
  readonly shared: SharedTypes;
}
