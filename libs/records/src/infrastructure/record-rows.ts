import { toRfc3339 } from '@haven/database';
import type { TextRow } from '@haven/database';
import { RawJson, readJson } from '@haven/kernel';
import type { EventType, JsonObject } from '@haven/kernel';

import type { LiveRecord } from '../domain/record-reader.js';
import type { LoggedEvent } from '../domain/record-event.js';
import { StoredRecord } from '../domain/stored-record.js';

/** The columns that `toStoredRecord` reads, in this order. */
export const RECORD_COLUMNS = 'id, version, data, created_at, updated_at';

/** The columns that `toRecordEvent` reads, in this order. */
export const EVENT_COLUMNS = 'record_id, version, type, data, actor, trace_id, created_at, at, cause';

/** Converts a row to a record, without parsing its document. */
export function toStoredRecord(row: TextRow): StoredRecord {
  // The row has the columns of RECORD_COLUMNS.
  const [id, version, data, createdAt, updatedAt] = row as [string, string, string | null, string, string];
  return new StoredRecord(id, Number(version), documentOf(data), toRfc3339(createdAt), toRfc3339(updatedAt));
}

/** Converts rows to records. The rows must not include tombstones. */
export function liveRecords(rows: readonly TextRow[]): LiveRecord[] {
  return rows.map((row) => toStoredRecord(row) as LiveRecord);
}

/** Converts a row to an event. */
export function toRecordEvent(row: TextRow): LoggedEvent {
  const [recordId, version, type, data, actor, traceId, createdAt, at, cause] = row as [
    string,
    string,
    EventType,
    string | null,
    string,
    string,
    string,
    string,
    string | null,
  ]; // EVENT_COLUMNS
  return {
    recordId,
    version: Number(version),
    type,
    data: data === null ? null : (readJson(data) as JsonObject), // only objects are stored
    actor,
    traceId,
    createdAt: toRfc3339(createdAt),
    at: toRfc3339(at),
    cause,
  };
}

/**
 * Number of consecutive digits that no number has that Haven's JSON parser accepts and prints. `jsonb` prints numbers
 * without exponents, for example 1e22 as 23 digits. A document that may contain such a number is therefore parsed and
 * printed again by JavaScript.
 */
const MANY_DIGITS = 17;

function documentOf(text: string | null): RawJson | null {
  if (text === null) return null;
  const document = new RawJson(text);
  return hasManyDigits(text) ? RawJson.of(document.value) : document;
}

/** Whether a text contains many consecutive digits. Tests only every 17th character, one of which must be a digit. */
function hasManyDigits(text: string): boolean {
  for (let at = MANY_DIGITS - 1; at < text.length; at += MANY_DIGITS) {
    if (!isDigit(text, at)) continue;
    let first = at;
    while (first > 0 && isDigit(text, first - 1)) first--;
    let end = at + 1;
    while (end < text.length && isDigit(text, end)) end++;
    if (end - first >= MANY_DIGITS) return true;
  }
  return false;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}
