import type { GraphQLInputObjectType, GraphQLInputType } from 'graphql';

import type { ObjectType } from '@haven/record-types';

import { DocumentTypes } from './document-types.js';
import { OrderTypes } from './order-types.js';
import type { SharedTypes } from './shared-types.js';
import { WhereTypes } from './where-types.js';

/** The input types of a collection. They do not depend on what the caller may see. */
export interface RecordInputs {
  readonly where: GraphQLInputObjectType;
  readonly orderBy: GraphQLInputObjectType;
  readonly document: GraphQLInputType;
  readonly patch: GraphQLInputType;
}

const known = new WeakMap<SharedTypes, WeakMap<ObjectType, RecordInputs>>();

/**
 * Returns the input types of a collection. All schemas that have the type of its records share them: those of callers
 * who may see other collections, and the next schema after another collection has changed.
 */
export function recordInputs(shared: SharedTypes, record: ObjectType): RecordInputs {
  const byRecord = known.get(shared) ?? new WeakMap<ObjectType, RecordInputs>();
  known.set(shared, byRecord);
  const inputs = byRecord.get(record) ?? createInputs(shared, record);
  byRecord.set(record, inputs);
  return inputs;
}

function createInputs(shared: SharedTypes, record: ObjectType): RecordInputs {
  const documents = new DocumentTypes(shared);
  return {
    where: new WhereTypes(shared, record).of(record),
    orderBy: new OrderTypes(record).of(record),
    document: documents.document(record),
    patch: documents.patch(record),
  };
}
