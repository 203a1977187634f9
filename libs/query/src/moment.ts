import { systemValue } from './system-value.js';

/**
 * A moment in the past: either a time (RFC 3339, UTC, milliseconds) or the sequence number of the last event in the
 * feed at that moment.
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
