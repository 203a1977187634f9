import type { GraphQLFieldConfigMap } from 'graphql';

import { outputExtensions } from '../extensions.js';
import type { GenericFields } from './generic-fields.js';

/** `extensions` of a field that is read by its name. */
export const PROPERTY = outputExtensions({ kind: 'property' });

const CHANGE_NAMES = ['type', 'effect', 'recordId', 'version', 'at', 'actor', 'traceId', 'cause', 'cursor'];

/** The fields of a change except its record, which are those of a generic change. */
export function changeFields(generic: GenericFields): GraphQLFieldConfigMap<unknown, unknown> {
  return Object.fromEntries(
    CHANGE_NAMES.map((name) => [name, { ...generic.copy('Change', name), extensions: PROPERTY }]),
  );
}
