/** What can happen to a record. */
export const EVENT_TYPES = [
  'record.created',
  'record.updated',
  'record.deleted',
  'record.restored',
  'record.erased',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** The events after which a record has no document. */
export const TOMBSTONE_TYPES = ['record.deleted', 'record.erased'] as const satisfies readonly EventType[];

/** Whether the record is gone after an event of this type; its row is a tombstone then. */
export function isTombstoneType(type: string): boolean {
  return TOMBSTONE_TYPES.some((each) => each === type);
}
