import type { SchemaNode } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';

import { NAME_KEYWORD } from './collection-names.js';
import { isName, nameOfKey } from './graphql-names.js';
import { membersOf, requiredKeys } from './schema-parts.js';
import type { UntypedPart } from './tenant-types.js';

/** A member that a schema names, and its name in GraphQL. */
export interface NamedMember {
  readonly name: string;
  readonly key: string;
  readonly node: SchemaNode;
}

const REQUIRED = 'The schema requires it, so only the generic operations can create records. ';
const WAY_OUT = 'The member is only in `_data`. Give it a name with `"x-haven-name": "name"`.';

/**
 * Names the members of an object, in the order of the schema. Names that the schema states come first, then keys that
 * are names, then all others. A member whose name is taken by then has no type.
 */
export function namedMembers(object: SchemaNode, notes: UntypedPart[]): NamedMember[] {
  const named = new Map<SchemaNode, string>();
  const taken = new Set<string>();
  const members = membersOf(object);
  const required = requiredKeys(object);
  const give = (node: SchemaNode, name: string) => {
    taken.add(name);
    named.set(node, name);
  };
  for (const { node } of members) {
    const stated = statedName(node);
    if (isName(stated) && !taken.has(stated)) give(node, stated);
    else if (stated !== undefined) note(node, `/${NAME_KEYWORD}`, isName(stated) ? takenBy(stated) : NOT_A_NAME);
  }
  for (const { key, node } of members) if (!named.has(node) && isName(key) && !taken.has(key)) give(node, key);
  for (const { key, node } of members) {
    if (named.has(node)) continue;
    const name = nameOfKey(key, 'm');
    if (name !== null && !taken.has(name)) give(node, name);
    else
      note(node, '', `${name === null ? NOTHING_LEFT : takenBy(name)} ${required.has(key) ? REQUIRED : ''}${WAY_OUT}`);
  }
  return members.flatMap(({ key, node }) => {
    const name = named.get(node);
    return name === undefined ? [] : [{ name, key, node }];
  });

  function note({ pointer }: SchemaNode, suffix: string, detail: string): void {
    notes.push({ pointer: `/schema${pointer}${suffix}`, detail });
  }
}

const NOTHING_LEFT =
  'GraphQL names consist of ASCII letters, digits and underscores, and the key contains none of them.';
const NOT_A_NAME =
  'Has no effect. The name of a member must consist of ASCII letters, digits and underscores, and start with a letter.';

function takenBy(name: string): string {
  return `Another member has the name \`${name}\`.`;
}

function statedName({ schema }: SchemaNode): unknown {
  return isJsonObject(schema) ? schema[NAME_KEYWORD] : undefined;
}
