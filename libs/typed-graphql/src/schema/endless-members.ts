import type { Member, ObjectType, ValueType } from '@haven/record-types';

/**
 * Returns the required members, of a record and of the objects in it, that would make an input type impossible: GraphQL
 * refuses an object that must contain an object of its own type. No document satisfies such a schema, but a collection
 * can have it.
 */
export function endlessMembers(record: ObjectType): ReadonlySet<Member> {
  const endless = new Set<Member>();
  const states = new Map<ObjectType, 'open' | 'done'>();
  for (const object of objectsIn(record)) if (!states.has(object)) followRequired(object);
  return endless;

  function followRequired(object: ObjectType): void {
    states.set(object, 'open');
    for (const member of object.members) {
      if (!member.required || member.type.kind !== 'object') continue;
      const state = states.get(member.type);
      if (state === 'open') endless.add(member);
      else if (state === undefined) followRequired(member.type);
    }
    states.set(object, 'done');
  }
}

/** A set lists what is added to it while it is read. */
function objectsIn(record: ObjectType): ReadonlySet<ObjectType> {
  const objects = new Set([record]);
  for (const { members } of objects) {
    for (const { type } of members) {
      const inner = innermost(type);
      if (inner.kind === 'object') objects.add(inner);
    }
  }
  return objects;
}

function innermost(type: ValueType): ValueType {
  return type.kind === 'list' ? innermost(type.of) : type;
}
