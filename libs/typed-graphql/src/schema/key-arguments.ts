import { GraphQLNonNull } from 'graphql';
import type { GraphQLFieldConfigArgumentMap } from 'graphql';

import type { UniqueKey } from '@haven/record-types';

import type { RootField } from '../field-source.js';
import type { SharedTypes } from './shared-types.js';

/** Arguments that `upsertMovieBy…` has besides the values of the index. */
const OTHER_ARGUMENTS = ['data', 'expectedVersion', 'ifAbsent', 'dryRun'];

/** The arguments that hold the values of a unique index. */
interface KeyArguments {
  readonly key: NonNullable<RootField['key']>;
  readonly args: GraphQLFieldConfigArgumentMap;
}

/** Returns the arguments of a unique index; one with the name of another argument gets an underscore at its end. */
export function keyArguments({ index, parts }: UniqueKey, { scalars }: SharedTypes): KeyArguments {
  const taken = new Set(OTHER_ARGUMENTS);
  const args: GraphQLFieldConfigArgumentMap = {};
  for (const { name, path, scalar } of parts) {
    const free = freeName(name, taken);
    taken.add(free);
    args[free] = { type: new GraphQLNonNull(scalars[scalar]), description: `The value at \`${path.join('.')}\`.` };
  }
  return { key: { index, args: Object.keys(args) }, args };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? freeName(`${name}_`, taken) : name;
}
