import { HavenError, invalid, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';
import { valueAt } from '@haven/query';

/** A member that holds the id of a record of `collection`, or an array of such ids. */
export interface LinkingMember {
  readonly path: readonly string[];
  readonly collection: string;
}

/** An id that a reference of a document holds, and where. */
export interface Link {
  readonly id: string;
  /** JSON Pointer in the record: `/data/director`, `/data/cast/3`. */
  readonly pointer: string;
}

/** A UUID as Haven writes ids. Other spellings are no link: they could not be found by comparing strings. */
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Returns the links of a document by one reference. An absent member and null are no link. Throws `REFERENCE_BROKEN`
 * for another value that is not an id or an array of ids.
 */
export function linksIn(reference: LinkingMember, data: JsonObject): Link[] {
  return linkedValues(reference, data).map((value) => toLink(reference, value));
}

/** Returns the links of a document that it did not have before. Throws like `linksIn`, but only for new values. */
export function addedLinks(reference: LinkingMember, before: JsonObject | null, after: JsonObject): Link[] {
  const values = linkedValues(reference, after);
  if (values.length === 0 || !before) return values.map((value) => toLink(reference, value));
  const known = new Set(linkedValues(reference, before).map(({ value }) => JSON.stringify(value)));
  return values.filter(({ value }) => !known.has(JSON.stringify(value))).map((value) => toLink(reference, value));
}

function toLink({ collection }: LinkingMember, { value, pointer }: { value: JsonValue; pointer: string }): Link {
  if (isRecordId(value)) return { id: value, pointer };
  throw invalid('REFERENCE_BROKEN', pointer, `must be the id of a record of "${collection}": a UUID in lower case`);
}

/** Returns the values that have to be links, whatever they are, with their pointers in the record. */
export function linkedValues({ path }: LinkingMember, data: JsonObject): { value: JsonValue; pointer: string }[] {
  const found = valueAt(data, path);
  if (found === undefined || found === null) return [];
  const pointer = path.reduce(pointerTo, '/data');
  if (!Array.isArray(found)) return [{ value: found, pointer }];
  return found.map((value, place) => ({ value, pointer: pointerTo(pointer, place) }));
}

/** Whether a value is a UUID as Haven writes ids: in lower case. */
export function isRecordId(value: JsonValue): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** Returns the error for links that lead to no record. */
export function brokenLinks(links: readonly (Link & { readonly collection: string })[]): HavenError {
  const errors = links.map(({ collection, id, pointer }) => ({
    code: 'REFERENCE_BROKEN',
    detail: `There is no record ${id} in the collection "${collection}".`,
    pointer,
  }));
  const [first] = errors;
  return new HavenError(
    'REFERENCE_BROKEN',
    first ? `${first.pointer}: ${first.detail}` : 'A link leads to no record.',
    {
      errors: errors.slice(0, MAX_ERRORS),
    },
  );
}

/** Maximum number of broken links that one error names. */
const MAX_ERRORS = 100;
