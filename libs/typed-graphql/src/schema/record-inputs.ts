import type { GraphQLInputObjectType, GraphQLInputType } from 'graphql';

import type { ObjectType, TypedCollection } from '@haven/record-types';

import { DocumentTypes } from './document-types.js';
import { OrderTypes } from './order-types.js';
import type { SharedTypes } from './shared-types.js';
import { WhereTypes } from './where-types.js';

/** The input types of a collection. They do not depend on what the caller may see. */
export interface RecordInputs {
  readonly where: GraphQLInputObjectType;
  /** Conditions on records whose changes are followed: `where` without `_search`. */
  readonly changedWhere: GraphQLInputObjectType;
  readonly orderBy: GraphQLInputObjectType;
  readonly document: GraphQLInputType;
  readonly patch: GraphQLInputType;
}

type InputSource = Pick<TypedCollection, 'record' | 'isSearchable'>;

const known = new WeakMap<SharedTypes, WeakMap<ObjectType, RecordInputs>>();

/**
 * Returns the input types of a collection. All schemas that have the type of its records share them: those of callers
 * who may see other collections, and the next schema after another collection has changed.
 */
export function recordInputs(shared: SharedTypes, collection: InputSource): RecordInputs {
  const { record } = collection;
  const byRecord = known.get(shared) ?? new WeakMap<ObjectType, RecordInputs>();
  known.set(shared, byRecord);
  const inputs = byRecord.get(record) ?? createInputs(shared, collection);
  byRecord.set(record, inputs);
  return inputs;
}

function createInputs(shared: SharedTypes, { record, isSearchable }: InputSource): RecordInputs {
  const documents = new DocumentTypes(shared);
  const whereTypes = new WhereTypes(shared, record);
  const where = whereTypes.ofRecords({ isSearchable });
  return {
    where,
    changedWhere: isSearchable ? whereTypes.ofChangedRecords() : where,
    orderBy: new OrderTypes(record, isSearchable).of(record),
    document: documents.document(record),
    patch: documents.patch(record),
  };
}
