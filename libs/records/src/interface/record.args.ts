import { Args, ID, Int } from '@nestjs/graphql';

import { AS_OF } from '../application/record-queries.contract.js';

/** Arguments that many fields share, so that they say the same everywhere. */
export const CollectionArg = () => Args('collection', { description: 'Name of the collection.' });

export const RecordIdArg = () => Args('id', { type: () => ID, description: 'UUID of the record.' });

export const VersionArg = () => Args('version', { type: () => Int, description: 'The version that is meant.' });

export const ExpectedVersionArg = () =>
  Args('expectedVersion', {
    type: () => Int,
    nullable: true,
    description: 'The version it must be at, or `VERSION_CONFLICT`; REST says `If-Match`.',
  });

export const IfAbsentArg = () =>
  Args('ifAbsent', {
    type: () => Boolean,
    nullable: true,
    description: 'Only if there is none; REST says `If-None-Match: *`.',
  });

export const FirstArg = () =>
  Args('first', { type: () => Int, nullable: true, description: 'Items a page; 20 if left out.' });

export const AfterArg = () =>
  Args('after', { type: () => String, nullable: true, description: 'The page after this cursor.' });

export const AsOfArg = () => Args('asOf', { type: () => String, nullable: true, description: AS_OF });
