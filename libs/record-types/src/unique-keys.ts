import { camelCase, isName, pascalCase } from './graphql-names.js';
import type { CollectionSource, KeyPart, UniqueKey, UntypedPart } from './tenant-types.js';
import type { ObjectType, ScalarName, ValueType } from './value-type.js';

/** Names of the other arguments of `movieBy…` and `upsertMovieBy…`. */
const ARGUMENTS = new Set(['data', 'expectedVersion', 'ifAbsent', 'dryRun', 'asOf']);

/** A unique key, and where its index is in the settings. */
export interface LocatedKey {
  readonly key: UniqueKey;
  readonly pointer: string;
}

/** Returns the unique indexes of a collection by which a record can be named. */
export function uniqueKeys(
  { uniqueIndexes }: Pick<CollectionSource, 'uniqueIndexes'>,
  record: ObjectType,
  notes: UntypedPart[],
): LocatedKey[] {
  return uniqueIndexes.flatMap(({ name, paths, position }) => {
    const pointer = `/indexes/${position}`;
    const parts = paths.map((path) => keyPart(path, record));
    const suffixes = paths.map((path) => pascalCase(path.join(' ')));
    if (parts.some((part) => !isName(part.name)) || new Set(parts.map((part) => part.name)).size < parts.length) {
      notes.push({
        pointer,
        detail: 'Its members have no names of their own in GraphQL, so no field finds records by it.',
      });
      return [];
    }
    return [{ key: { index: name, suffix: suffixes.join('And'), parts }, pointer }];
  });
}

function keyPart(path: readonly string[], record: ObjectType): KeyPart {
  const [first, ...others] = path;
  const member = others.length === 0 ? record.members.find(({ key }) => key === first) : undefined;
  const name = member?.name ?? camelCase(path.join(' '));
  return { name: ARGUMENTS.has(name) ? `by${pascalCase(name)}` : name, path, scalar: scalarAt(path, record) };
}

/** Returns the scalar of the values at a path; JSON if their type is not known. An index has the items of a list. */
function scalarAt(path: readonly string[], record: ObjectType): ScalarName {
  let type: ValueType | undefined = record;
  for (const key of path) type = type?.kind === 'object' ? memberType(type, key) : undefined;
  if (type?.kind === 'list') type = type.of;
  return type?.kind === 'scalar' ? type.scalar : 'JSON';
}

function memberType({ members }: ObjectType, key: string): ValueType | undefined {
  return members.find((member) => member.key === key)?.type;
}
