import { systemValue } from './system-value.js';

/**
 * A point in time in the past, given either as a time (RFC 3339, UTC, milliseconds) or as the sequence number of the
 * last event that was in the feed at that time.
 */
export type Moment = { readonly time: string } | { readonly seq: number };

/**
 * Normalizes a time to UTC with milliseconds (further digits are cut off), or returns null if the text is not an RFC
 * 3339 date-time.
 */
export function parseMoment(text: string): string | null {
  const time = systemValue('updatedAt', text.replace(/(\.\d{3})\d+/, '$1'));
  return typeof time === 'string' ? time : null;
}
