/** What a change means to whoever follows a filter: the record begins to match, goes on matching, or no longer does. */
export type Effect = 'entered' | 'changed' | 'left';

/** The effect of a change on a follower whose filter the record did or did not match before and after; null concerns him not. */
export function effectOf(before: boolean, after: boolean): Effect | null {
  if (after) return before ? 'changed' : 'entered';
  return before ? 'left' : null;
}
