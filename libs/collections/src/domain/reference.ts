import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

/** What the deletion of a record does if a reference names it. */
export type OnDelete = 'restrict' | 'setNull' | 'cascade';

/** A member of a collection's records that holds the id of a record of `collection`, or an array of such ids. */
export interface Reference {
  readonly path: readonly string[];
  readonly collection: string;
  readonly onDelete: OnDelete;
}

/** A reference by which records of `collection` refer to the records of the collection that it is stored with. */
export type Referrer = Reference;

const KEYWORD = 'x-haven-ref';

/** Returns the references that a schema declares. */
export function referencesOf(schema: JsonObject | null): Reference[] {
  const found: Reference[] = [];
  if (schema) find(schema, [], found);
  return found;
}

function find(schema: JsonObject, path: readonly string[], found: Reference[]): void {
  const reference = referenceIn(schema) ?? referenceIn(schema['items']);
  if (reference) found.push({ path, ...reference });
  const { properties } = schema;
  if (!isJsonObject(properties)) return;
  for (const [name, member] of Object.entries(properties)) {
    if (isJsonObject(member)) find(member, [...path, name], found);
  }
}

function referenceIn(schema: JsonValue | undefined): Omit<Reference, 'path'> | null {
  const declared = isJsonObject(schema) ? schema[KEYWORD] : undefined;
  if (!isJsonObject(declared)) return null;
  const { collection, onDelete = 'restrict' } = declared;
  return { collection: collection as string, onDelete: onDelete as OnDelete };
}
