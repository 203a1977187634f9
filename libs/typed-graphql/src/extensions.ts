import type { GraphQLInputField } from 'graphql';

import { EMBEDDED } from '@haven/graphql';

import type { FieldSource, RootField } from './field-source.js';
import type { InputSource } from './input-source.js';

/** `extensions` of a field. Without a prototype, because graphql-js copies other objects, once for each field. */
type Extensions = Readonly<Record<string, unknown>>;

/** Sources of values that are a part of the record that has been read. */
const EMBEDDED_KINDS = new Set<string>(['member', 'system', 'data', 'referenceId'] satisfies FieldSource['kind'][]);

/** Returns the `extensions` of an output field. */
export function outputExtensions(source: FieldSource | RootField): Extensions {
  return withoutPrototype({ haven: source, ...(EMBEDDED_KINDS.has(source.kind) && EMBEDDED) });
}

/** Returns the `extensions` of an input field. */
export function inputExtensions(source: InputSource): Extensions {
  return withoutPrototype({ haven: source });
}

/** Returns what an input field stands for. */
export function inputSourceOf({ name, extensions }: GraphQLInputField): InputSource {
  const source = extensions['haven'];
  if (source === undefined) throw new Error(`The input field ${name} was not built from a collection.`);
  return source as InputSource; // `inputExtensions` stored it
}

function withoutPrototype(members: Extensions): Extensions {
  return Object.assign(Object.create(null) as Extensions, members); // an object without members
}
