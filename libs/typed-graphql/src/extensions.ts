import type { GraphQLInputField } from 'graphql';

import type { FieldSource, RootField } from './field-source.js';
import type { InputSource } from './input-source.js';

/**
 * Returns the `extensions` of a field. The object has no prototype, because graphql-js copies every other object, and a
 * schema can have tens of thousands of fields.
 */
export function extensionsOf(source: FieldSource | RootField | InputSource): Readonly<Record<string, unknown>> {
  const extensions = Object.create(null) as Record<string, unknown>; // an object without members
  extensions['haven'] = source;
  return extensions;
}

/** Returns what an input field stands for. */
export function inputSourceOf({ name, extensions }: GraphQLInputField): InputSource {
  const source = extensions['haven'];
  if (source === undefined) throw new Error(`The input field ${name} was not built from a collection.`);
  return source as InputSource; // `extensionsOf` stored it
}
