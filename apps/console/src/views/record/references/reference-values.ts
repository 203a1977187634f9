import { asSchema, resolveSchema } from '../../../values/json-schema.js';
import type { JsonSchema } from '../../../values/json-schema.js';
import { parsePath, valueAt } from '../../../values/path.js';

/** Returns the ids that a reference holds: one, several if it is an array, or none. */
export function idsAt(data: unknown, path: string): string[] {
  return [valueAt(data, parsePath(path))].flat().filter((id) => typeof id === 'string');
}

/** Returns the filter for the records whose reference at a path leads to a record. */
export function referrersFilter(
  schema: unknown,
  path: string,
  id: string,
): Record<string, string | { _contains: string }> {
  return { [path]: isArrayAt(asSchema(schema), parsePath(path)) ? { _contains: id } : id };
}

function isArrayAt(root: JsonSchema, names: readonly string[]): boolean {
  let part = resolveSchema(root, root);
  for (const name of names) part = resolveSchema(asSchema(asSchema(part['properties'])[name]), root);
  const types: unknown[] = [part['type']].flat();
  return types.includes('array');
}
