import { pointerTo, RawJson } from '@haven/kernel';

import type { DryRunReport } from './dry-run-report.js';

/** Members of views that hold documents of clients. */
const DOCUMENTS = new Set(['data', 'schema']);

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/**
 * Returns pointers to the ids, versions and times in the result of a dry run that the real request chooses again, and
 * to generated members of documents. An id is among them if the record is new and `input`, the input of the request,
 * does not contain the id.
 */
export function predictedPointers(
  result: unknown,
  { changes, generated }: Pick<DryRunReport, 'changes' | 'generated'>,
  input: unknown,
): string[] {
  const created = new Set(changes.filter(({ type }) => type === 'record.created').map(({ id }) => id));
  const given = created.size === 0 ? new Set<string>() : uuidsIn(input);
  const pointers: string[] = [];
  for (const [view, pointer] of viewsIn(result, '')) {
    const id = String(view['id']);
    const isNew = !('id' in view) || created.has(id); // a view without an id is a collection or a result
    const predicted = [
      ...(created.has(id) && !given.has(id) ? ['id'] : []),
      ...['version', 'revision'],
      ...(isNew ? ['createdAt'] : []),
      'updatedAt',
    ];
    pointers.push(...predicted.filter((name) => name in view).map((name) => pointerTo(pointer, name)));
    const paths = (generated.get(id) ?? []).filter((path) => isIn(view['data'], path));
    pointers.push(...paths.map((path) => ['data', ...path].reduce(pointerTo, pointer)));
  }
  return pointers;
}

/** Finds the objects in a result with a version or a revision, but not in documents. */
function* viewsIn(value: unknown, pointer: string): Generator<[Record<string, unknown>, string]> {
  if (typeof value !== 'object' || value === null) return;
  const view = value as Record<string, unknown>;
  if ('version' in view || 'revision' in view) yield [view, pointer];
  for (const [name, member] of Object.entries(value)) {
    if (!DOCUMENTS.has(name)) yield* viewsIn(member, pointerTo(pointer, name));
  }
}

/** Whether a document has a member at a path. */
function isIn(data: unknown, path: readonly string[]): boolean {
  let value: unknown = data instanceof RawJson ? data.value : data;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
    value = Reflect.get(value, name);
  }
  return true;
}

/** Finds all UUIDs in the texts of a value, which is nested no deeper than the parser of the request allows. */
function uuidsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') for (const [uuid] of value.matchAll(UUID)) found.add(uuid.toLowerCase());
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) uuidsIn(member, found);
  return found;
}
