import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isObjectType,
  isScalarType,
} from 'graphql';
import type {
  GraphQLFieldConfig,
  GraphQLFieldConfigArgumentMap,
  GraphQLFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
} from 'graphql';

import type { ScalarName } from '@haven/record-types';

import { changeFields } from './change-fields.js';
import { GenericFields } from './generic-fields.js';
import { aggregateFilterType, operatorTypes } from './operator-types.js';
import type { OperatorTypes } from './operator-types.js';
import { dataField, systemFields } from './record-fields.js';
import { SafeInt } from './safe-int.scalar.js';

/** The parts that all typed schemas have in common: types and fields of the generic schema, and some of their own. */
export interface SharedTypes {
  readonly generic: GenericFields;
  readonly pageInfo: GraphQLObjectType;
  readonly scalars: Readonly<Record<ScalarName | 'JSONObject', GraphQLScalarType>>;
  readonly operators: OperatorTypes;
  /** Conditions on a value that an aggregate has computed. */
  readonly aggregateFilter: GraphQLInputObjectType;
  /** The fields of every record. */
  readonly systemFields: GraphQLFieldConfigMap<unknown, unknown>;
  /** `_data` of every object. */
  readonly dataField: GraphQLFieldConfig<unknown, unknown>;
  /** The fields of every change. */
  readonly changeFields: GraphQLFieldConfigMap<unknown, unknown>;
  /** The arguments of a list that do not depend on the collection. */
  readonly pageArguments: GraphQLFieldConfigArgumentMap;
}

const known = new WeakMap<GraphQLSchema, SharedTypes>();

/** Returns the shared types beside a generic schema. They are created once, so that all tenants share their memory. */
export function sharedTypesOf(generic: GraphQLSchema): SharedTypes {
  const shared = known.get(generic) ?? createSharedTypes(generic);
  known.set(generic, shared);
  return shared;
}

function createSharedTypes(schema: GraphQLSchema): SharedTypes {
  const pageInfo = schema.getType('PageInfo');
  if (!isObjectType(pageInfo)) throw new Error('The generic schema has no object type PageInfo.');
  const scalars = {
    String: GraphQLString,
    ID: GraphQLID,
    Int: GraphQLInt,
    Float: GraphQLFloat,
    Boolean: GraphQLBoolean,
    SafeInt,
    DateTime: genericScalar(schema, 'DateTime'),
    JSON: genericScalar(schema, 'JSON'),
    JSONObject: genericScalar(schema, 'JSONObject'),
  };
  const generic = new GenericFields(schema);
  return {
    generic,
    pageInfo,
    scalars,
    operators: operatorTypes(scalars.DateTime, scalars.JSON),
    aggregateFilter: aggregateFilterType(scalars.JSON),
    systemFields: systemFields(generic),
    dataField: dataField(scalars.JSONObject),
    changeFields: changeFields(generic),
    pageArguments: generic.args('Query', 'records', ['first', 'after', 'last', 'before']),
  };
}

function genericScalar(schema: GraphQLSchema, name: string): GraphQLScalarType {
  const type = schema.getType(name);
  if (!isScalarType(type)) throw new Error(`The generic schema has no scalar ${name}.`);
  return type;
}
