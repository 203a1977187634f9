import { GraphQLNonNull } from 'graphql';
import type { GraphQLFieldConfig, GraphQLFieldConfigMap, GraphQLScalarType } from 'graphql';

import { outputExtensions } from '../extensions.js';
import type { GenericFields } from './generic-fields.js';

const SYSTEM_NAMES = ['id', 'version', 'createdAt', 'updatedAt', 'collection'] as const;

/** The fields that every record has. Their names start with an underscore, so no member has the same name. */
export function systemFields(generic: GenericFields): GraphQLFieldConfigMap<unknown, unknown> {
  return Object.fromEntries(
    SYSTEM_NAMES.map((name) => [
      `_${name}`,
      { ...generic.copy('Record', name), extensions: outputExtensions({ kind: 'system', name }) },
    ]),
  );
}

/** The whole object, which includes what has no type of its own. */
export function dataField(jsonObject: GraphQLScalarType): GraphQLFieldConfig<unknown, unknown> {
  return {
    type: new GraphQLNonNull(jsonObject),
    description: 'The whole object as JSON, with members that have no field.',
    extensions: outputExtensions({ kind: 'data' }),
  };
}
