import { nameOfKey } from './graphql-names.js';
import type { EnumValues } from './value-type.js';

/** A longer list of strings is no enum, because its type would be larger than that of most collections. */
const MOST_VALUES = 500;

/** Names that GraphQL does not allow for enum values. */
const LITERALS = new Set(['true', 'false', 'null']);

/**
 * Returns GraphQL names for the strings that a schema allows: the strings themselves if they are names. Returns
 * undefined if a string contains no ASCII letter or digit, so that no name is left of it.
 */
export function enumValues(strings: readonly string[], claimName: () => string): EnumValues | undefined {
  const unique = [...new Set(strings)];
  if (unique.length > MOST_VALUES) return undefined;
  const names = new Map<string, string>();
  const taken = new Set(unique);
  for (const text of unique) {
    const name = valueName(text);
    if (name === null) return undefined;
    names.set(text, name === text ? name : untaken(name, taken));
  }
  return { name: claimName(), values: new Map([...names].map(([text, name]) => [name, text])) };
}

function valueName(text: string): string | null {
  return LITERALS.has(text) ? `v_${text}` : nameOfKey(text, 'v');
}

function untaken(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
  taken.add(free);
  return free;
}
