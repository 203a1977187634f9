/**
 * Effect of a change on the records that match a filter: the record starts to match, still matches, or no longer does.
 */
export type Effect = 'entered' | 'changed' | 'left';

/** Returns the effect, given whether the record matched before and after the change; null if it never matched. */
export function effectOf(before: boolean, after: boolean): Effect | null {
  if (after) return before ? 'changed' : 'entered';
  return before ? 'left' : null;
}
