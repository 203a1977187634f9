/**
 * Returns by how many rows the first row of `before` has moved in `after`: positive if rows were added above it,
 * negative if it and others are no longer in the list. 0 if the lists have nothing in common.
 */
export function windowShift(before: readonly { id: string }[], after: readonly { id: string }[]): number {
  const [oldFirst] = before;
  const [newFirst] = after;
  if (!oldFirst || !newFirst || oldFirst.id === newFirst.id) return 0;
  const added = after.findIndex(({ id }) => id === oldFirst.id);
  if (added > 0) return added;
  const removed = before.findIndex(({ id }) => id === newFirst.id);
  return removed > 0 ? -removed : 0;
}
