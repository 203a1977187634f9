/** Number of characters above which a document is large: it is shown as a form or as JSON, not both. */
const LARGE = 200_000;

/** Whether a JSON value is large. Stops to count as soon as it is. */
export function isLarge(value: unknown): boolean {
  return sizeUpTo(value, LARGE) >= LARGE;
}

/** Returns about how many characters a value has as JSON, or a number of at least `limit`. */
export function sizeUpTo(value: unknown, limit: number): number {
  let size = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0 && size < limit) {
    const next = rest.pop();
    if (typeof next === 'string') size += next.length + 2;
    else if (typeof next !== 'object' || next === null) size += 6;
    else
      for (const [name, item] of Object.entries(next)) {
        size += Array.isArray(next) ? 1 : name.length + 4;
        rest.push(item);
        if (size >= limit) break;
      }
  }
  return size;
}
