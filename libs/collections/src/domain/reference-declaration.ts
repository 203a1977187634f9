import { DEFAULT_KEYWORD } from '@haven/json-schema';
import type { RecordSchema } from '@haven/json-schema';
import { invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';
import { parseField, printPath } from '@haven/query';

import { ON_DELETE, REFERENCE_KEYWORD, referenceSchemas } from './reference.js';
import type { OnDelete, Reference } from './reference.js';
import { keywordPointers } from './schema-keywords.js';

/** A reference in a schema that a client sent, and where it is declared. */
export interface DeclaredReference extends Reference {
  /** JSON Pointer in the settings, such as `/schema/properties/director/x-haven-ref`. */
  readonly pointer: string;
}

const MEMBERS = ['collection', 'onDelete'];

/**
 * Returns the references that a schema declares. Throws `SCHEMA_INVALID` if one is malformed, is not at a path of plain
 * `properties`, or can never hold an id.
 */
export function declaredReferences(schema: JsonObject, compiled: RecordSchema): DeclaredReference[] {
  const found: DeclaredReference[] = [];
  findInMembers(schema, [], '/schema', found, compiled);
  const allowed = new Set(found.map(({ pointer }) => pointer));
  const misplaced = keywordPointers(schema, REFERENCE_KEYWORD, Infinity).find((pointer) => !allowed.has(pointer));
  if (misplaced !== undefined) throw wrong(misplaced, NOT_HERE);
  return found;
}

const NOT_HERE =
  'has no effect here: a reference must be on a member at a path of plain `properties`, or on the `items` of such a ' +
  'member, and not inside an array';

function findInMembers(
  { properties }: JsonObject,
  path: readonly string[],
  pointer: string,
  found: DeclaredReference[],
  compiled: RecordSchema,
): void {
  if (!isJsonObject(properties)) return;
  for (const [name, member] of Object.entries(properties)) {
    if (!isJsonObject(member)) continue;
    const [at, here] = [[...path, name], pointerTo(`${pointer}/properties`, name)];
    const [declared, second] = referenceSchemas(member);
    const place = ({ isItem }: { isItem: boolean }) => `${here}${isItem ? '/items' : ''}/${REFERENCE_KEYWORD}`;
    if (second) throw wrong(place(second), 'is the second reference of the same member; leave one of them out');
    if (declared) {
      const reference = parseReference(declared.schema[REFERENCE_KEYWORD], at, place(declared));
      found.push(reference);
      requirePossible(reference, member, declared.isItem, compiled);
      refuseGeneratedDefault(member, here);
    }
    findInMembers(member, at, here, found, compiled);
  }
}

function parseReference(given: JsonValue | undefined, path: readonly string[], pointer: string): DeclaredReference {
  if (!isJsonObject(given)) throw wrong(pointer, 'must be an object with `collection`');
  const unknown = Object.keys(given).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined)
    throw wrong(pointerTo(pointer, unknown), `is unknown; a reference has only ${MEMBERS.join(' and ')}`);
  const { collection, onDelete = 'restrict' } = given;
  if (typeof collection !== 'string') throw wrong(`${pointer}/collection`, 'must be the name of a collection');
  if (!isRule(onDelete)) throw wrong(`${pointer}/onDelete`, `must be one of ${ON_DELETE.join(', ')}`);
  parseField(printPath(path), { code: 'SCHEMA_INVALID', pointer }); // its index and filters need such a path
  return { path, collection, onDelete, pointer };
}

function isRule(given: JsonValue): given is OnDelete {
  return ON_DELETE.some((rule) => rule === given);
}

/** Refuses a member that no id can be the value of, and `setNull` on a required one. */
function requirePossible(
  { path, onDelete, pointer }: DeclaredReference,
  { items }: JsonObject,
  isItem: boolean,
  compiled: RecordSchema,
): void {
  const impossible = compiled.impossibleMember(path);
  if (impossible) throw wrong(pointer, `is on a member that no record can have, because of "${impossible.name}"`);
  const types = compiled.typesAt(path);
  const itemsAllowString =
    !isJsonObject(items) || items['type'] === undefined || [items['type']].flat().includes('string');
  const canBeArray = (types?.has('array') ?? true) && itemsAllowString;
  const canBeOne = !isItem && (types?.has('string') ?? true);
  if (!canBeArray && !canBeOne)
    throw wrong(pointer, 'must be on a member that can be a string or an array of strings, because ids are strings');
  if (onDelete !== 'setNull' || !canBeOne || !compiled.requires(path)) return;
  throw wrong(
    `${pointer}/onDelete`,
    'cannot be setNull, because the member is required. Remove it from `required`, or choose another rule',
  );
}

/** Refuses `$uuid` and the like: a generated value is never the id of a record. A literal id can be one. */
function refuseGeneratedDefault({ [DEFAULT_KEYWORD]: given }: JsonObject, pointer: string): void {
  if (typeof given !== 'string' || !given.startsWith('$')) return;
  throw wrong(
    `${pointer}/${DEFAULT_KEYWORD}`,
    'generates a value that is never the id of a record. A reference can only have the id of one by default',
  );
}

function wrong(pointer: string, detail: string): Error {
  return invalid('SCHEMA_INVALID', pointer, detail);
}
