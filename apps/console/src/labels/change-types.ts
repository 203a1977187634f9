import { IconEraser, IconPencil, IconPlus, IconRestore, IconTrash } from '@tabler/icons-react';

import type { ChangeType } from 'haven-records';

/** The types of changes, by their names in the API. */
export const CHANGE_TYPES: Readonly<Record<ChangeType, { label: string; color: string; icon: typeof IconPlus }>> = {
  'record.created': { label: 'Created', color: 'teal', icon: IconPlus },
  'record.updated': { label: 'Changed', color: 'blue', icon: IconPencil },
  'record.deleted': { label: 'Deleted', color: 'red', icon: IconTrash },
  'record.restored': { label: 'Restored', color: 'teal', icon: IconRestore },
  'record.erased': { label: 'Erased', color: 'red', icon: IconEraser },
};

/** The types as options of a field. */
export const changeTypeOptions = Object.entries(CHANGE_TYPES).map(([value, { label }]) => ({ value, label }));

export function isChangeType(name: string): name is ChangeType {
  return Object.hasOwn(CHANGE_TYPES, name);
}
