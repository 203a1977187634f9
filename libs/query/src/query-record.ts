import type { JsonObject } from '@haven/kernel';

import type { SystemField } from './path.js';

/** The part of a record that filters and sorts use; `StoredRecord` satisfies it. */
export interface QueryRecord {
  readonly id: string;
  readonly version: number;
  readonly createdAt: Date | string;
  readonly updatedAt: Date | string;
  readonly data: JsonObject;
}

/** Returns a system field of the record, in the normalized form that `systemValue` returns. */
export function systemValueOf(record: QueryRecord, field: SystemField): string | number {
  switch (field) {
    case 'id':
      return record.id.toLowerCase();
    case 'version':
      return record.version;
    case 'createdAt':
    case 'updatedAt':
      return new Date(record[field]).toISOString();
  }
}
