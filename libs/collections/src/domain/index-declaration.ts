import canonicalize from 'canonicalize';

import { invalid, isJsonObject, limitExceeded } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import { parseField, printField, splitUnescaped } from '@haven/query';
import type { ValueType } from '@haven/query';

import { indexNameOf } from './declared-index.js';
import type { IndexDeclaration, StoredMember } from './declared-index.js';

export interface IndexLimits {
  /** Maximum number of members of an index: as many as a sort can have fields. */
  readonly sortFields: number;
}

const TYPE_MEMBERS = ['path', 'type', 'caseless'];
/** Members of an index as a read returns it. Those of the second line are ignored, because Haven sets them. */
const INDEX_MEMBERS = ['path', 'paths', 'unique', 'caseless', 'type'];
const IGNORED_MEMBERS = ['state', 'done', 'total', 'problem'];

/**
 * Parses the setting `indexes`. An index is its path, or an object with `path` or `paths`. Of equal indexes, only the
 * first is returned.
 */
export function parseIndexes(given: unknown, limits: IndexLimits): IndexDeclaration[] {
  if (!Array.isArray(given)) throw wrongIndexes('', 'must be an array of indexes');
  const indexes = new Map<string | undefined, IndexDeclaration>();
  const uniqueNames = new Set<string>();
  for (const [place, item] of given.entries()) {
    const index = parseIndex(item, `/${place}`, limits);
    const text = canonicalize(index);
    if (indexes.has(text)) continue;
    indexes.set(text, index);
    const name = indexNameOf(index);
    if (index.unique && uniqueNames.has(name))
      throw wrongIndexes(`/${place}`, `is the second unique index on "${name}"; only one can be unique`);
    if (index.unique) uniqueNames.add(name);
  }
  return [...indexes.values()];
}

function parseIndex(given: unknown, pointer: string, limits: IndexLimits): IndexDeclaration {
  if (typeof given === 'string') return checked({ members: listed(given, pointer) }, pointer, limits);
  if (!isJsonObject(given)) throw wrongIndexes(pointer, 'must be a path, or an object with path or paths');
  requireKnown(given, [...INDEX_MEMBERS, ...IGNORED_MEMBERS], pointer);
  const as = typeOf(given, pointer);
  const members = membersOf(given, pointer).map((member) =>
    as !== undefined && !('as' in member) && member.system === undefined ? { ...member, as } : member,
  );
  const unique = flagOf(given, 'unique', pointer);
  return checked({ ...(unique && { unique }), members: members.map(withoutNoType) }, pointer, limits);
}

/** A member whose type is given: `as` is undefined, but present, if the member is to have no type. */
type TypedMember = Omit<StoredMember, 'as'> & { readonly as?: ValueType | undefined };

function membersOf({ path, paths }: JsonObject, pointer: string): TypedMember[] {
  if (path === undefined && paths === undefined)
    throw wrongIndexes(`${pointer}/path`, 'must be a string, or use paths');
  if (path !== undefined && typeof path !== 'string') throw wrongIndexes(`${pointer}/path`, 'must be a string');
  if (paths === undefined) return listed(path ?? '', `${pointer}/path`);
  if (!Array.isArray(paths) || paths.length === 0) throw wrongIndexes(`${pointer}/paths`, 'must be a list of paths');
  const members = paths.map((item, place) => parseItem(item, `${pointer}/paths/${place}`));
  if (path !== undefined && nameOf(listed(path, `${pointer}/path`)) !== nameOf(members))
    throw wrongIndexes(`${pointer}/path`, 'names other members than paths; leave one of them out');
  return members;
}

/** Parses members separated by commas, as in a sort. */
function listed(text: string, pointer: string): StoredMember[] {
  return splitUnescaped(text, ',').map((member) => parseMember(member, pointer));
}

function parseItem(given: unknown, pointer: string): TypedMember {
  if (typeof given === 'string') return parseSingle(given, pointer);
  if (!isJsonObject(given)) throw wrongIndexes(pointer, 'must be a path, or an object with a path');
  requireKnown(given, TYPE_MEMBERS, pointer);
  if (typeof given['path'] !== 'string') throw wrongIndexes(`${pointer}/path`, 'must be a string');
  const member = parseSingle(given['path'], `${pointer}/path`);
  const as = typeOf(given, pointer);
  if (as !== undefined && member.system !== undefined)
    throw wrongIndexes(
      pointer,
      `has a type, but "${printField({ system: member.system })}" is not a member of the data`,
    );
  const isTyped = given['type'] !== undefined || given['caseless'] !== undefined;
  return isTyped ? { ...member, as } : member;
}

function parseSingle(text: string, pointer: string): StoredMember {
  if (splitUnescaped(text, ',').length > 1)
    throw wrongIndexes(pointer, 'must be one path; give each its own item, or write "\\," for a comma in a name');
  return parseMember(text, pointer);
}

function parseMember(text: string, pointer: string): StoredMember {
  const descending = text.startsWith('-');
  const field = parseField(descending ? text.slice(1) : text, {
    code: 'SORT_INVALID',
    pointer: `/indexes${pointer}`,
  });
  return { ...field, ...(descending && { descending }) };
}

/** Returns how the options `type` and `caseless` say that strings are compared. */
function typeOf(given: JsonObject, pointer: string): ValueType | undefined {
  const { type = null } = given;
  const caseless = flagOf(given, 'caseless', pointer);
  if (type !== null && type !== 'dateTime') throw wrongIndexes(`${pointer}/type`, 'must be "dateTime" or null');
  if (type !== null && caseless)
    throw wrongIndexes(`${pointer}/caseless`, 'must not be true if there is a type: instants have no case');
  if (type !== null) return type;
  return caseless ? 'caseless' : undefined;
}

function flagOf(given: JsonObject, name: string, pointer: string): boolean {
  const { [name]: flag = false } = given;
  if (typeof flag !== 'boolean') throw wrongIndexes(`${pointer}/${name}`, 'must be true or false');
  return flag;
}

/** Checks what applies to all members together. */
function checked(index: IndexDeclaration, pointer: string, { sortFields }: IndexLimits): IndexDeclaration {
  const { members, unique } = index;
  if (members.length > sortFields) throw limitExceeded('limits.sortFields', sortFields, `/indexes${pointer}`);
  const fields = members.map((member) => indexNameOf({ members: [ascending(member)] }));
  const twice = fields.find((field, place) => fields.indexOf(field) !== place);
  if (twice !== undefined) throw wrongIndexes(pointer, `names "${twice}" twice; each member may occur only once`);
  const system = members.find((member) => member.system !== undefined);
  if (unique && system?.system !== undefined)
    throw wrongIndexes(
      pointer,
      `cannot be unique on "${printField({ system: system.system })}"; only members of the data can be unique`,
    );
  return index;
}

function nameOf(members: readonly TypedMember[]): string {
  return indexNameOf({ members: members.map(withoutNoType) });
}

function ascending({ path, system }: StoredMember): StoredMember {
  return system === undefined ? { path } : { system };
}

function withoutNoType({ as, ...member }: TypedMember): StoredMember {
  return as === undefined ? member : { ...member, as };
}

function requireKnown(given: JsonObject, known: readonly string[], pointer: string): void {
  const unknown = Object.keys(given).find((member) => !known.includes(member));
  if (unknown === undefined) return;
  const allowed = known.filter((member) => !IGNORED_MEMBERS.includes(member));
  throw wrongIndexes(pointer, `has an unknown member "${unknown}"; allowed are: ${allowed.join(', ')}`);
}

function wrongIndexes(pointer: string, detail: string): Error {
  return invalid('VALIDATION_FAILED', `/indexes${pointer}`, detail);
}
