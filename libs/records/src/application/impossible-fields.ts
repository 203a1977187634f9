import type { CollectionSnapshot } from '@haven/collections';
import { invalid } from '@haven/kernel';
import { printPath } from '@haven/query';
import type { UsedPath } from '@haven/query';

const SYSTEM_FIELDS = ['id', 'version', 'createdAt', 'updatedAt'];
const MOST_NAMES = 10;

/**
 * Refuses a query that uses a member that no record of the collection can have, because its schema excludes the member
 * and all records were validated. Such a query would silently find nothing, or keep its order.
 */
export function refuseImpossibleFields({ schema, enforced }: CollectionSnapshot, paths: readonly UsedPath[]): void {
  if (!schema || !enforced) return;
  for (const used of paths) {
    const impossible = schema.impossibleMember(used.path);
    if (impossible) throw invalid(used.code, used.pointer, reasonFor(used, impossible.name, impossible.possible));
  }
}

function reasonFor({ path }: UsedPath, name: string, possible: readonly string[]): string {
  const field = JSON.stringify(printPath(path));
  const because = `the schema of the collection does not allow ${JSON.stringify(name)}`;
  return `No record can have ${field}, because ${because}${hintFor(path, name, possible)}`;
}

function hintFor(path: readonly string[], name: string, possible: readonly string[]): string {
  const similar = possible.find((other) => plain(other) === plain(name));
  if (similar !== undefined) return `; did you mean ${JSON.stringify(similar)}?`;
  if (path.length === 1 && SYSTEM_FIELDS.includes(name)) return `; did you mean "$${name}"?`;
  if (possible.length === 0) return '';
  const more = possible.length > MOST_NAMES ? ', …' : '';
  return `; it allows ${possible.slice(0, MOST_NAMES).join(', ')}${more}`;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}
