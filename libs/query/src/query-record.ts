import type { JsonObject } from '@haven/kernel';

import type { SystemField } from './path.js';

/** What filters and sorts look at; a stored record is one. */
export interface QueryRecord {
  readonly id: string;
  readonly version: number;
  readonly createdAt: Date | string;
  readonly updatedAt: Date | string;
  readonly data: JsonObject;
}

/** A record's own field in the form of `systemValue`. */
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
