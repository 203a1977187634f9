import { randomBytes } from 'node:crypto';

/**
 * Returns a text that stands for the time of an event, in a document or a response, until a statement replaces it,
 * because the database sets the time. It is as long as the time, and random, so that no other text is replaced.
 */
export function timeMarker(): string {
  return randomBytes(18).toString('base64url');
}
