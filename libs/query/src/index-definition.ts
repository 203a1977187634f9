import type { Field } from './path.js';

/** How strings are compared: as instants (RFC 3339), or without regard to case. Without a type, as text. */
export type ValueType = 'dateTime' | 'caseless';

/** A field by which the entries of an index are ordered. */
export interface IndexMember {
  readonly field: Field;
  readonly direction: 'ascending' | 'descending';
  readonly as?: ValueType;
}

/** An index that a collection declares. */
export interface IndexDefinition {
  readonly id: number;
  readonly members: readonly IndexMember[];
  readonly unique: boolean;
}
