import type { GraphQLInputField } from 'graphql';

import { EMBEDDED, groupsCost, READ } from '@haven/graphql';
import { DEFAULT_GROUPS } from '@haven/query';

import type { FieldSource, RootField } from './field-source.js';
import type { InputSource } from './input-source.js';

/** `extensions` of a field. */
type Extensions = Readonly<Record<string, unknown>>;

/** Sources of values that are a part of the record or the group that has been read. */
const EMBEDDED_KINDS = new Set<string>([
  'member',
  'system',
  'data',
  'referenceId',
  'groupPart',
  'column',
] satisfies FieldSource['kind'][]);

/** Sources of records that are read by a statement of their own. */
const READ_KINDS = new Set<string>(['reference', 'referrers'] satisfies FieldSource['kind'][]);

/** Returns the `extensions` of an output field. */
export function outputExtensions(source: FieldSource | RootField): Extensions {
  const { kind } = source;
  return withoutPrototype({
    haven: source,
    ...(EMBEDDED_KINDS.has(kind) && EMBEDDED),
    ...(READ_KINDS.has(kind) && READ),
    ...(source.kind === 'root' && source.operation === 'aggregate' && groupsCost(DEFAULT_GROUPS)),
  });
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

/**
 * graphql-js keeps an object without a prototype as it is, and copies others to a dictionary. A schema can have tens of
 * thousands of fields, and these dictionaries would be a seventh of its memory.
 */
function withoutPrototype(members: Extensions): Extensions {
  return Object.setPrototypeOf(members, null) as Extensions; // it returns its argument
}
