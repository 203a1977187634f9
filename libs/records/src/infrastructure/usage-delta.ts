import { HavenError } from '@haven/kernel';
import type { RawJson } from '@haven/kernel';
import type { UsageDelta } from '@haven/usage';

import type { RecordEvent } from '../domain/record-event.js';

/**
 * Returns by how much events increase the tenant's usage. The number of bytes is approximate, because PostgreSQL stores
 * a document with a few more spaces; the feed counts exactly.
 */
export function usageDelta(events: readonly RecordEvent[], documents: readonly (RawJson | null)[]): UsageDelta {
  return {
    records: events.reduce((sum, { growth = 0 }) => sum + growth, 0),
    bytes: documents.reduce((sum, document) => sum + (document ? Buffer.byteLength(document.text) : 0), 0),
  };
}

/**
 * Whether an error is `QUOTA_EXCEEDED`. An optimistic write leaves it to the locked write, which may fail with another
 * error.
 */
export function isQuotaError(error: unknown): boolean {
  return error instanceof HavenError && error.code === 'QUOTA_EXCEEDED';
}
