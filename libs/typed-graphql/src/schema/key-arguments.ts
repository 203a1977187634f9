import { GraphQLNonNull } from 'graphql';
import type { GraphQLFieldConfigArgumentMap } from 'graphql';

import type { UniqueKey } from '@haven/record-types';

import type { RootField } from '../field-source.js';
import type { SharedTypes } from './shared-types.js';

/** Returns the arguments that hold the values of a unique index. */
export function keyArguments({ parts }: UniqueKey, { scalars }: SharedTypes): GraphQLFieldConfigArgumentMap {
  return Object.fromEntries(
    parts.map(({ name, path, scalar }) => [
      name,
      { type: new GraphQLNonNull(scalars[scalar]), description: `The value at \`${path.join('.')}\`.` },
    ]),
  );
}

/** Describes a root field that finds a record by the values of a unique index. */
export function keyField(operation: 'getBy' | 'upsertBy', collection: string, { index, parts }: UniqueKey): RootField {
  return { kind: 'root', operation, collection, key: { index, args: parts.map(({ name }) => name) } };
}
