import type { Member, ObjectType } from './value-type.js';

/** A member of a record that holds ids, and its path. */
export interface LocatedReference {
  readonly path: readonly string[];
  readonly collection: string;
  readonly isList: boolean;
}

const known = new WeakMap<ObjectType, readonly LocatedReference[]>();

/** Returns the references of a record. Objects that have some are part of one object only, so paths are unique. */
export function referencesIn(record: ObjectType): readonly LocatedReference[] {
  const before = known.get(record);
  if (before) return before;
  const found: LocatedReference[] = [];
  const seen = new Set<ObjectType>();
  visit(record, []);
  known.set(record, found);
  return found;

  function visit(type: ObjectType, path: readonly string[]): void {
    if (seen.has(type)) return;
    seen.add(type);
    for (const { key, type: inner, reference } of type.members) {
      if (reference !== undefined)
        found.push({ path: [...path, key], collection: reference, isList: inner.kind === 'list' });
      else if (inner.kind === 'object') visit(inner, [...path, key]);
    }
  }
}

/** Returns the record type with only the references to the collections that `isKept` accepts. The others are ids. */
export function keepReferences(record: ObjectType, isKept: (collection: string) => boolean): ObjectType {
  const dropped = referencesIn(record).filter(({ collection }) => !isKept(collection));
  return dropped.length === 0
    ? record
    : without(
        record,
        dropped.map(({ path }) => path),
      );
}

function without(type: ObjectType, paths: readonly (readonly string[])[]): ObjectType {
  return { ...type, members: type.members.map((member) => plainMember(member, paths)) };
}

function plainMember(member: Member, paths: readonly (readonly string[])[]): Member {
  const within = paths.filter(([key]) => key === member.key).map((path) => path.slice(1));
  if (within.length === 0) return member;
  if (member.type.kind === 'object') return { ...member, type: without(member.type, within) };
  const { reference: _, ...plain } = member;
  return plain;
}
