import { systemValue } from './system-value.js';

/** A moment of the past: a time (RFC 3339, UTC, milliseconds), or the number of the feed's last event by then. */
export type Moment = { readonly time: string } | { readonly seq: number };

/** A time as a moment has it, or null if the text is no RFC 3339 date-time; what is finer than a millisecond is cut off. */
export function parseMoment(text: string): string | null {
  const time = systemValue('updatedAt', text.replace(/(\.\d{3})\d+/, '$1'));
  return typeof time === 'string' ? time : null;
}
