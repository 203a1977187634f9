import type { CollectionView, Data } from '../../api/types.js';
import { containsPattern } from '../../filter/text-pattern.js';
import { labelMembers } from '../../labels/label-members.js';
import { printPath } from '../../values/path.js';

/** How records are found by a text: with the search of the collection, by the members that name them, or not at all. */
export type PickerMethod = 'search' | 'members' | 'none';

export function pickerMethod({ search, schema }: Pick<CollectionView, 'search' | 'schema'>): PickerMethod {
  if (search) return 'search';
  return labelMembers(schema).length > 0 ? 'members' : 'none';
}

/** Returns the filter for the records that a typed text can mean. */
export function pickerFilter(collection: Pick<CollectionView, 'search' | 'schema'>, text: string): Data {
  const typed = text.trim();
  const method = pickerMethod(collection);
  if (typed === '' || method === 'none') return {};
  if (method === 'search') return { _search: typed };
  const pattern = containsPattern(typed);
  return { _or: labelMembers(collection.schema).map((name) => ({ [printPath([name])]: { _ilike: pattern } })) };
}
