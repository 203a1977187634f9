import { isObject } from './diff.js';

/** A JSON Schema that is an object. `true`, which allows everything, is read as one without keywords. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Number of references that are followed from one schema; more of them are a cycle. */
const MAX_REFERENCES = 20;

/** Reads a part of a schema. Anything that is not an object allows everything. */
export function asSchema(part: unknown): JsonSchema {
  return isObject(part) ? part : {};
}

/** Follows `$ref`s within `root`. Keywords beside a `$ref` apply too, and win. */
export function resolveSchema(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let resolved = schema;
  for (let count = 0; typeof resolved['$ref'] === 'string'; count += 1) {
    if (count === MAX_REFERENCES) return {};
    const { $ref, ...rest } = resolved;
    resolved = { ...asSchema(valueAt(root, $ref)), ...rest };
  }
  return resolved;
}

/** Returns the value at a URI fragment such as `#/$defs/address`. */
function valueAt(root: JsonSchema, reference: string): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  const names = reference.slice(2).split('/').map(unescapeName);
  return names.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name] // an own member, as was just checked
        : undefined,
    root,
  );
}

function unescapeName(name: string): string {
  return decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Returns the pointer of a member or an item (RFC 6901). */
export function pointerTo(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
