/** Maximum length of a cached argument: arguments come from clients, and must not fill the memory. */
const MAX_LENGTH = 255;

/**
 * Returns a function that caches the results of `compute` for up to `max` texts, for texts that are the same in many
 * requests. When there are more, it discards all of them.
 */
export function memoize<Result>(compute: (text: string) => Result, max: number): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const cached = known.get(text);
    if (cached !== undefined) return cached;
    const result = compute(text);
    if (text.length > MAX_LENGTH) return result;
    if (known.size >= max) known.clear();
    known.set(text, result);
    return result;
  };
}
