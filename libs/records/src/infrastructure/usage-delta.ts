import { HavenError } from '@haven/kernel';
import type { RawJson } from '@haven/kernel';
import type { UsageDelta } from '@haven/usage';

import type { RecordEvent } from '../domain/record-event.js';

/** What events add to what the tenant has. PostgreSQL writes a document with a few spaces more: it is the feed that counts exactly. */
export function usageDelta(events: readonly RecordEvent[], documents: readonly (RawJson | null)[]): UsageDelta {
  return {
    records: events.reduce((sum, { growth = 0 }) => sum + growth, 0),
    bytes: documents.reduce((sum, document) => sum + (document ? Buffer.byteLength(document.text) : 0), 0),
  };
}

/** Whether a quota is in the way: whoever writes quickly leaves it to the way that waits, which may find something worse. */
export function isOfQuota(error: unknown): boolean {
  return error instanceof HavenError && error.code === 'QUOTA_EXCEEDED';
}
