import { HavenError } from '@haven/kernel';
import type { RawJson } from '@haven/kernel';
import type { UsageDelta } from '@haven/usage';

import type { RecordEvent } from '../domain/record-event.js';

/**
 * Returns how much the events add to the tenant's usage. The number of bytes is approximate, because PostgreSQL prints
 * a document with a few more spaces. The exact number is counted when the events enter the feed.
 */
export function usageDelta(events: readonly RecordEvent[], documents: readonly (RawJson | null)[]): UsageDelta {
  return {
    records: events.reduce((sum, { growth = 0 }) => sum + growth, 0),
    bytes: documents.reduce((sum, document) => sum + (document ? Buffer.byteLength(document.text) : 0), 0),
  };
}

/**
 * Whether an error is `QUOTA_EXCEEDED`. An optimistic write does not report this error, because the locked write that
 * follows may fail with another error first.
 */
export function isQuotaError(error: unknown): boolean {
  return error instanceof HavenError && error.code === 'QUOTA_EXCEEDED';
}
