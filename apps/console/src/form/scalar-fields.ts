import type { CollectionView } from '../api/types.js';
import { asSchema } from '../values/json-schema.js';
import { fieldSpec } from './fields/field-kind.js';

/** Returns the members of which it is certain that they are GraphQL fields without fields of their own. */
export function scalarFields({ schema }: CollectionView): string[] {
  const root = asSchema(schema);
  return Object.entries(asSchema(root['properties']))
    .filter(([name, part]) => {
      const { kind } = fieldSpec(part, root, undefined);
      return /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && ['text', 'number', 'boolean', 'date', 'dateTime'].includes(kind);
    })
    .map(([name]) => name);
}
