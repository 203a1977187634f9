import type { CollectionSnapshot } from '@haven/collections';
import { invalid } from '@haven/kernel';
import { printPath } from '@haven/query';
import type { UsedPath } from '@haven/query';

const SYSTEM_FIELDS = ['id', 'version', 'createdAt', 'updatedAt'];
const MOST_NAMES = 10;

/**
 * Refuses a query that uses a member that no record of the collection can have, because its schema excludes the member,
 * or an array there, and all records were validated. Such a query would silently find nothing, or keep its order.
 */
export function refuseImpossibleFields({ schema, enforced }: CollectionSnapshot, paths: readonly UsedPath[]): void {
  if (!schema || !enforced) return;
  for (const used of paths) {
    const steps = [...used.arrays.flatMap((array) => [...array, null]), ...used.path];
    const impossible = schema.impossibleMember(steps);
    if (impossible) throw invalid(used.code, used.pointer, reasonFor(used, impossible.name, impossible.possible));
    if (used.isArray && schema.typesAt(steps)?.has('array') === false)
      throw invalid(
        used.code,
        used.pointer,
        `The schema of the collection does not allow an array as ${placeOf(used)}`,
      );
  }
}

function reasonFor(used: UsedPath, name: string, possible: readonly string[]): string {
  const because = `the schema of the collection does not allow ${JSON.stringify(name)}`;
  return `No record can have ${placeOf(used)}, because ${because}${hintFor(used, name, possible)}`;
}

function placeOf({ path, arrays }: UsedPath): string {
  const member = JSON.stringify(printPath(path));
  if (arrays.length === 0) return member;
  const element = `an element of ${JSON.stringify(arrays.map(printPath).join('[].'))}`;
  return path.length === 0 ? element : `${member} in ${element}`;
}

function hintFor({ path, arrays }: UsedPath, name: string, possible: readonly string[]): string {
  const similar = possible.find((other) => plain(other) === plain(name));
  if (similar !== undefined) return `; did you mean ${JSON.stringify(similar)}?`;
  if (path.length === 1 && arrays.length === 0 && SYSTEM_FIELDS.includes(name)) return `; did you mean "$${name}"?`;
  if (possible.length === 0) return '';
  const more = possible.length > MOST_NAMES ? ', …' : '';
  return `; it allows ${possible.slice(0, MOST_NAMES).join(', ')}${more}`;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}
