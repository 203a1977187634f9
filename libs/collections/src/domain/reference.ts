import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

export const ON_DELETE = ['restrict', 'setNull', 'cascade'] as const;

/** The effect of the deletion of a record on the records that refer to it. */
export type OnDelete = (typeof ON_DELETE)[number];

/** A member of a collection's records that holds the id of a record of `collection`, or an array of such ids. */
export interface Reference {
  readonly path: readonly string[];
  readonly collection: string;
  readonly onDelete: OnDelete;
}

/** A reference by which records of `collection` refer to the records of the collection that it is stored with. */
export type Referrer = Reference;

/** The keyword of a schema that declares a reference. */
export const REFERENCE_KEYWORD = 'x-haven-ref';

/**
 * Returns the references that a stored schema declares. It has been checked by `declaredReferences`, unless a process
 * of an earlier version stored it, for which the keyword had no meaning. Malformed references are therefore ignored.
 */
export function referencesOf(schema: JsonObject | null): Reference[] {
  const found: Reference[] = [];
  if (schema) findInMembers(schema, [], found);
  return found;
}

/** Returns the schemas of members that can have the keyword for the member: its own schema, and that of its items. */
export function referenceSchemas(member: JsonObject): { readonly schema: JsonObject; readonly isItem: boolean }[] {
  const { items } = member;
  return [{ schema: member, isItem: false }, ...(isJsonObject(items) ? [{ schema: items, isItem: true }] : [])].filter(
    ({ schema }) => Object.hasOwn(schema, REFERENCE_KEYWORD),
  );
}

function findInMembers({ properties }: JsonObject, path: readonly string[], found: Reference[]): void {
  if (!isJsonObject(properties)) return;
  for (const [name, member] of Object.entries(properties)) {
    if (!isJsonObject(member)) continue;
    const at = [...path, name];
    const [first] = referenceSchemas(member);
    const reference = first && readReference(first.schema[REFERENCE_KEYWORD]);
    if (reference) found.push({ path: at, ...reference });
    findInMembers(member, at, found);
  }
}

function readReference(value: JsonValue | undefined): Omit<Reference, 'path'> | null {
  if (!isJsonObject(value)) return null;
  const { collection, onDelete: given = 'restrict' } = value;
  const onDelete = ON_DELETE.find((rule) => rule === given);
  return typeof collection === 'string' && onDelete ? { collection, onDelete } : null;
}
