import type { Member, ObjectType } from './value-type.js';

/**
 * Makes a member optional wherever objects require each other in a circle: no document satisfies such a schema, and
 * GraphQL does not allow such an input.
 */
export function breakRequiredCycles(types: readonly ObjectType[]): void {
  const state = new Map<ObjectType, 'open' | 'done'>();
  for (const type of types) if (!state.has(type)) visit(type);

  function visit(start: ObjectType): void {
    const path = [{ type: start, next: 0 }];
    state.set(start, 'open');
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const index = top.next++;
      const member = top.type.members[index];
      if (!member) {
        state.set(top.type, 'done');
        path.pop();
        continue;
      }
      if (!member.required || member.type.kind !== 'object') continue;
      const { type } = member;
      if (state.get(type) === 'open') replace(top.type, index, { ...member, required: false });
      else if (!state.has(type)) {
        state.set(type, 'open');
        path.push({ type, next: 0 });
      }
    }
  }
}

function replace(type: ObjectType, index: number, member: Member): void {
  (type.members as Member[])[index] = member; // the type is still being built
}
