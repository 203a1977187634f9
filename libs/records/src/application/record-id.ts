import { v7 as uuidv7, validate } from 'uuid';

import { invalid, notFound } from '@haven/kernel';

/** An id in the form it is stored in; what is no UUID names no record. */
export function recordId(id: string): string {
  if (!validate(id)) throw notFound('record', id);
  return id.toLowerCase();
}

/** The id of a record to be made: the given UUID, or a new one (version 7, so that ids grow with time). */
export function newRecordId(id: unknown): string {
  if (id === undefined) return uuidv7();
  if (typeof id !== 'string' || !validate(id)) throw invalid('VALIDATION_FAILED', '/id', 'Must be a UUID');
  return id.toLowerCase();
}
