import { isObject } from './diff.js';

/** Returns the path of a member, as filters, sorts and indexes have it. */
export function printPath(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(/[\\.,]/g, String.raw`\$&`).replace(/^[-_$[]/, String.raw`\$&`)).join('.');
}

/** Returns the names of which a path consists. A backslash makes the next character part of a name. */
export function parsePath(path: string): string[] {
  const names: string[] = [];
  let name = '';
  for (const [, escaped, plain] of path.matchAll(/\\(.)|(.)/gsu)) {
    if (plain === '.') {
      names.push(name);
      name = '';
    } else name += escaped ?? plain ?? '';
  }
  return [...names, name];
}

/** Returns the value of a member; undefined if the document does not have it. */
export function valueAt(data: unknown, names: readonly string[]): unknown {
  let value = data;
  for (const name of names) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Returns a copy of a document with another value of a member. Undefined removes the member. */
export function withValue(
  data: Record<string, unknown>,
  [name, ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (name === undefined) return data;
  const known = Object.hasOwn(data, name);
  const inner = known && isObject(data[name]) ? data[name] : {};
  const next = rest.length === 0 ? value : withValue(inner, rest, value);
  if (next === undefined || (value === undefined && !known))
    return Object.fromEntries(Object.entries(data).filter(([other]) => other !== name));
  if (!known) return Object.fromEntries([...Object.entries(data), [name, next]]);
  return Object.fromEntries(Object.entries(data).map(([other, old]) => [other, other === name ? next : old]));
}
