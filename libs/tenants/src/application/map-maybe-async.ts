/** Goes on with what is there, at once if it is. */
export function mapMaybeAsync<T, R>(value: T | Promise<T>, goOn: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then((settled) => goOn(settled)) : goOn(value);
}
