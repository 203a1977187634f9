import { printField } from './path.js';
import type { Field } from './path.js';

/** How strings are compared: as instants (RFC 3339), or without regard to case. Without a type, as text. */
export type ValueType = 'dateTime' | 'caseless';

/** A field by which the entries of an index are ordered. */
export interface IndexMember {
  readonly field: Field;
  readonly direction: 'ascending' | 'descending';
  readonly as?: ValueType;
}

/** Returns a member as in a sort: its path, with a leading `-` if its order is descending. */
export function printMember({ field, direction }: Pick<IndexMember, 'field' | 'direction'>): string {
  return (direction === 'descending' ? '-' : '') + printField(field);
}

/** Returns the name of an index: its members, joined by commas. */
export function indexName({ members }: Pick<IndexDefinition, 'members'>): string {
  return members.map(printMember).join(',');
}

/** An index that a collection declares. */
export interface IndexDefinition {
  readonly id: number;
  readonly members: readonly IndexMember[];
  readonly unique: boolean;
}
