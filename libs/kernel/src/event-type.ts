/** Types of the events in the history of a record. */
export const EVENT_TYPES = [
  'record.created',
  'record.updated',
  'record.deleted',
  'record.restored',
  'record.erased',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Event types after which a record has no document. */
export const TOMBSTONE_TYPES = ['record.deleted', 'record.erased'] as const satisfies readonly EventType[];

/** Whether an event of this type removes the record; its row is then a tombstone. */
export function isTombstoneType(type: string): boolean {
  return TOMBSTONE_TYPES.some((each) => each === type);
}
