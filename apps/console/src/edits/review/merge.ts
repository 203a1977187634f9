import type { Data } from '../../api/types.js';
import { isEqual, isObject } from '../../values/diff.js';

/** Two changes of one document, put together. */
export interface Merged {
  data: Data;
  /** Paths that both have changed, to different values. The document has those of `mine`. */
  overlaps: string[];
}

/**
 * Applies the changes from `base` to `mine` to another document that began as `base`. Objects are merged member by
 * member; arrays and other values are taken as a whole.
 */
export function mergeOf(base: Data, theirs: Data, mine: Data): Merged {
  const overlaps: string[] = [];
  return { data: mergeMembers(base, theirs, mine, '', overlaps), overlaps };
}

function mergeMembers(base: Data, theirs: Data, mine: Data, path: string, overlaps: string[]): Data {
  const members: [string, unknown][] = [];
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const place = path === '' ? name : `${path}.${name}`;
    const value = mergeValue(own(base, name), own(theirs, name), own(mine, name), place, overlaps);
    if (value !== undefined) members.push([name, value]);
  }
  return Object.fromEntries(members);
}

/** Merges the values of a member. `undefined` stands for a member that does not exist. */
function mergeValue(base: unknown, theirs: unknown, mine: unknown, path: string, overlaps: string[]): unknown {
  if (isEqual(base, mine)) return theirs;
  if (isEqual(base, theirs) || isEqual(theirs, mine)) return mine;
  if (isObject(theirs) && isObject(mine)) return mergeMembers(isObject(base) ? base : {}, theirs, mine, path, overlaps);
  overlaps.push(path);
  return mine;
}

function own(data: Data, name: string): unknown {
  return Object.hasOwn(data, name) ? data[name] : undefined;
}
