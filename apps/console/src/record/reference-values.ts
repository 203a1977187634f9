import { isObject } from '../ui/diff.js';
import { asSchema, resolveSchema } from '../form/json-schema.js';
import type { JsonSchema } from '../form/json-schema.js';

/** Splits a path into the names of members. A backslash escapes a dot within a name. */
export function namesIn(path: string): string[] {
  const names = path.match(/(?:\\.|[^.\\])+/gs) ?? [];
  return names.map((name) => name.replaceAll(/\\(.)/gs, '$1'));
}

/** Returns the ids that a reference holds: one, several if it is an array, or none. */
export function idsAt(data: unknown, path: string): string[] {
  let value = data;
  for (const name of namesIn(path)) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((id) => typeof id === 'string');
}

/** Returns the filter for the records whose reference at a path leads to a record. */
export function referrersFilter(
  schema: unknown,
  path: string,
  id: string,
): Record<string, string | { _contains: string }> {
  return { [path]: isArrayAt(asSchema(schema), namesIn(path)) ? { _contains: id } : id };
}

function isArrayAt(root: JsonSchema, names: readonly string[]): boolean {
  let part = resolveSchema(root, root);
  for (const name of names) part = resolveSchema(asSchema(asSchema(part['properties'])[name]), root);
  const types: unknown[] = [part['type']].flat();
  return types.includes('array');
}
