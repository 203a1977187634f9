import type { SystemField } from './path.js';
import type { SortKey } from './sort-key.js';

/** Returns the sort key of a system field, from its value in a filter or a position. A time counts milliseconds. */
export function systemSortKey(field: SystemField, value: string | number): SortKey {
  switch (field) {
    case 'id':
      return [4, 0, String(value)];
    case 'version':
      return [3, Number(value), ''];
    case 'createdAt':
    case 'updatedAt':
      return [3, Date.parse(String(value)), ''];
  }
}
