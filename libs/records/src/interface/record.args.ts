import { Args, ID, Int } from '@nestjs/graphql';

import { Json } from '@haven/api';

import { AS_OF, EXPAND } from '../application/record-queries.contract.js';

/** GraphQL arguments that several queries and mutations share. */
export const CollectionArg = () => Args('collection', { description: 'Name of the collection.' });

export const RecordIdArg = () => Args('id', { type: () => ID, description: 'UUID of the record.' });

export const IndexArg = () => Args('index', { description: 'Name of a unique index: its paths, joined by commas.' });

export const KeyValueArg = () =>
  Args('value', {
    type: () => Json,
    description: 'Value that the record has at the path of the index; a list if the index has several paths.',
  });

export const VersionArg = () => Args('version', { type: () => Int, description: 'Number of the version.' });

export const ExpectedVersionArg = () =>
  Args('expectedVersion', {
    type: () => Int,
    nullable: true,
    description: 'Fails with `VERSION_CONFLICT` unless the record has this version, like `If-Match` in REST.',
  });

export const IfAbsentArg = () =>
  Args('ifAbsent', {
    type: () => Boolean,
    nullable: true,
    description: 'Fails if the record already exists, like `If-None-Match: *` in REST.',
  });

export const AsOfArg = () => Args('asOf', { type: () => String, nullable: true, description: AS_OF });

export const ExpandArg = () => Args('expand', { type: () => [String], nullable: true, description: EXPAND });
