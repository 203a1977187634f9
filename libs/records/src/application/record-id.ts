import { validate } from 'uuid';

import { notFound } from '@haven/kernel';

/** An id in the form it is stored in; what is no UUID names no record. */
export function recordId(id: string): string {
  if (!validate(id)) throw notFound('record', id);
  return id.toLowerCase();
}
