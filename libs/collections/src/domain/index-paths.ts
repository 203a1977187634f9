import { invalid, isJsonObject } from '@haven/kernel';

/** Members of an index as a read returns it. All but `path` are ignored, because Haven sets them. */
const MEMBERS = ['path', 'state', 'problem'];

/** Validates the setting `indexes`, and returns the paths. An index is an object with a path, or only its path. */
export function indexPaths(given: unknown): string[] {
  if (!Array.isArray(given)) throw wrongIndexes('', 'must be an array of indexes');
  return given.map((index: unknown, place) => pathOf(index, `/${place}`));
}

function pathOf(index: unknown, pointer: string): string {
  if (typeof index === 'string') return index;
  if (!isJsonObject(index)) throw wrongIndexes(pointer, 'must be a path, or an object with a path');
  const unknown = Object.keys(index).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) throw wrongIndexes(pointer, `has an unknown member; allowed are: ${MEMBERS.join(', ')}`);
  const { path } = index;
  if (typeof path !== 'string') throw wrongIndexes(`${pointer}/path`, 'must be a string');
  return path;
}

function wrongIndexes(pointer: string, detail: string): Error {
  return invalid('VALIDATION_FAILED', `/indexes${pointer}`, detail);
}
