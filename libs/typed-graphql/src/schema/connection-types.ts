import { GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType } from 'graphql';

import { PROPERTY } from './change-fields.js';
import type { SharedTypes } from './shared-types.js';

/** A collection with the type of its records. */
interface ConnectionSource {
  readonly name: string;
  readonly record: GraphQLObjectType;
  readonly isSearchable: boolean;
}

/**
 * Creates the type of the pages of a list of records (Relay Cursor Connections). Only a list that is sorted by score
 * can be truncated.
 */
export function connectionType(
  { name, record, isSearchable }: ConnectionSource,
  { generic, pageInfo }: SharedTypes,
): GraphQLObjectType {
  const cursor = { ...generic.copy('RecordEdge', 'cursor'), extensions: PROPERTY };
  const edge = new GraphQLObjectType({
    name: `${name}Edge`,
    description: `One ${name} of a list, with its cursor.`,
    fields: () => ({
      node: { type: new GraphQLNonNull(record), description: 'The record.', extensions: PROPERTY },
      cursor,
    }),
  });
  return new GraphQLObjectType({
    name: `${name}Connection`,
    description: `A page of a list of ${name}.`,
    fields: () => ({
      edges: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(edge))),
        description: 'The records.',
        extensions: PROPERTY,
      },
      pageInfo: {
        type: new GraphQLNonNull(pageInfo),
        description: 'Position of the page in the list.',
        extensions: PROPERTY,
      },
      totalCount: {
        type: GraphQLInt,
        description: 'Number of records in the whole list; counted only if selected.',
        extensions: PROPERTY,
      },
      ...(isSearchable && { truncated: { ...generic.copy('RecordConnection', 'truncated'), extensions: PROPERTY } }),
    }),
  });
}

/** Creates the type of the events of a subscription. */
export function changeType(name: string, record: GraphQLObjectType, shared: SharedTypes): GraphQLObjectType {
  const { description } = shared.generic.copy('Change', 'record');
  return new GraphQLObjectType({
    name: `${name}Change`,
    description: `A change of a ${name}; or, with the type \`ready\`, only a position in the feed.`,
    fields: () => ({ ...shared.changeFields, record: { type: record, description, extensions: PROPERTY } }),
  });
}
