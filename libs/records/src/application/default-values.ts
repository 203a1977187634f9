import type { CollectionSnapshot } from '@haven/collections';
import type { JsonObject } from '@haven/kernel';

import { newRecordId } from './record-id.js';

/** A document with the defaults of its collection. */
export interface DefaultedDocument {
  readonly data: JsonObject;
  /** The members that have the time of the event by default. */
  readonly times: readonly (readonly string[])[];
  /** The members whose values are new each time: identifiers and times. */
  readonly unrepeatable: readonly (readonly string[])[];
}

const NONE: readonly never[] = [];

/**
 * Adds the defaults of the collection's schema to a document. `now` is the time of the event; if it is not known yet,
 * the members in `times` get the current time of this process, which has to be corrected.
 */
export function withDefaults(
  data: JsonObject,
  { schema }: Pick<CollectionSnapshot, 'schema'>,
  { principal, now }: { readonly principal: string; readonly now?: string | undefined },
): DefaultedDocument {
  if (!schema?.defaults) return { data, times: NONE, unrepeatable: NONE };
  const uuid = () => newRecordId(undefined);
  const source = { principal, uuid, now: now ?? new Date().toISOString() };
  const { data: completed, generated } = schema.defaults.complete(data, source);
  const unrepeatable = generated.filter(({ from }) => from !== '$principal');
  return {
    data: completed,
    times: unrepeatable.filter(({ from }) => from === '$now').map(({ path }) => path),
    unrepeatable: unrepeatable.map(({ path }) => path),
  };
}

/** Returns the time of an event of a transaction: its own, or that of the previous event, if a later one wrote it. */
export function eventTime(now: string, previous: { readonly updatedAt?: string | undefined } | null): string {
  const before = previous?.updatedAt ?? '';
  return before > now ? before : now; // both are RFC 3339 in UTC with milliseconds
}
