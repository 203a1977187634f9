/** A place where two JSON documents differ. */
export type Difference = { path: string } & (
  { kind: 'added'; after: unknown } | { kind: 'removed'; before: unknown } | Changed
);

interface Changed {
  kind: 'changed';
  before: unknown;
  after: unknown;
}

/**
 * Returns the places where two JSON documents differ, in the order of `before`. `undefined` and `null` stand for a
 * document that does not exist, so all members of the other one are added or removed.
 */
export function differencesOf(before: unknown, after: unknown): Difference[] {
  const found: Difference[] = [];
  if (isObject(before ?? {}) && isObject(after ?? {})) compare(before ?? {}, after ?? {}, '', found);
  else if (!isEqual(before, after)) compare(before, after, '', found);
  return found;
}

/** Whether two JSON values are equal. The order of members is of no importance. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isEqual(item, other[index]));
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isEqual(one[name], other[name]))
  );
}

/** Whether a JSON value is an object, which arrays and null are not. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compare(before: unknown, after: unknown, path: string, found: Difference[]): void {
  if (isObject(before) && isObject(after)) compareMembers(before, after, path, found);
  else if (Array.isArray(before) && Array.isArray(after)) compareItems(before, after, path, found);
  else if (before !== after) found.push({ path, kind: 'changed', before, after });
}

function compareMembers(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  path: string,
  found: Difference[],
): void {
  for (const name of Object.keys(before)) {
    const member = memberPath(path, name);
    if (Object.hasOwn(after, name)) compare(before[name], after[name], member, found);
    else found.push({ path: member, kind: 'removed', before: before[name] });
  }
  for (const name of Object.keys(after))
    if (!Object.hasOwn(before, name)) found.push({ path: memberPath(path, name), kind: 'added', after: after[name] });
}

/** Compares the items between the equal ones at both ends, so that one inserted item is one difference. */
function compareItems(before: unknown[], after: unknown[], path: string, found: Difference[]): void {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isEqual(before[start], after[start])) start += 1;
  let end = 0;
  while (end < shorter - start && isEqual(before.at(-1 - end), after.at(-1 - end))) end += 1;
  const both = shorter - end;
  for (let index = start; index < both; index += 1) compare(before[index], after[index], `${path}[${index}]`, found);
  for (let index = Math.max(start, both); index < before.length - end; index += 1)
    found.push({ path: `${path}[${index}]`, kind: 'removed', before: before[index] });
  for (let index = Math.max(start, both); index < after.length - end; index += 1)
    found.push({ path: `${path}[${index}]`, kind: 'added', after: after[index] });
}

function memberPath(path: string, name: string): string {
  if (!/^[\p{L}\p{N}_$ -]+$/u.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
