import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { itemsOf } from './possible-members.js';
import type { PathStep } from './possible-members.js';
import type { SchemaNode } from './schema-tree.js';

type Types = ReadonlySet<string> | null;

/**
 * Returns the JSON Schema types that a value at the path can have in a valid document, or null if any. Errs on the side
 * of null: only `properties`, `items` without `prefixItems`, `type`, `enum`, `const`, `allOf` and references are
 * examined.
 */
export function typesAt(node: SchemaNode, path: readonly PathStep[]): Types {
  const [step, ...rest] = path;
  const { schema, references, subschemas } = node;
  const parts = [
    ...references,
    ...subschemas.filter(({ keyword, reach }) => keyword === 'allOf' && reach === 'here').map((part) => part.node),
  ];
  const all = parts.map((part) => typesAt(part, path));
  if (step === undefined) {
    if (isJsonObject(schema)) all.push(declaredTypes(schema['type']), typesOfValues(schema));
  } else if (step === null) {
    const items = itemsOf(node);
    if (items) all.push(typesAt(items, rest));
  } else {
    const members = subschemas.filter(({ keyword, key }) => keyword === 'properties' && key === step);
    for (const member of members) all.push(typesAt(member.node, rest));
  }
  return all.reduce<Types>((one, other) => (one && other ? common(one, other) : (one ?? other)), null);
}

function common(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one].filter((type) => other.has(type)));
}

function declaredTypes(type: JsonValue | undefined): Types {
  if (type === undefined) return null;
  const names = new Set([type].flat().filter((name) => typeof name === 'string'));
  return names.has('number') ? names.add('integer') : names;
}

function typesOfValues(schema: { readonly [keyword: string]: JsonValue }): Types {
  const values = Array.isArray(schema['enum']) ? schema['enum'] : 'const' in schema ? [schema['const'] ?? null] : null;
  return values && new Set(values.flatMap(typesOfValue));
}

function typesOfValue(value: JsonValue): string[] {
  if (typeof value === 'number') return ['number', 'integer'];
  if (value === null) return ['null'];
  return [Array.isArray(value) ? 'array' : typeof value];
}
