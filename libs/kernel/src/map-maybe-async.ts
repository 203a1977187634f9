/** Like `then` of a promise, but calls `map` synchronously if the value is not a promise. */
export function mapMaybeAsync<T, R>(value: T | Promise<T>, map: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then((settled) => map(settled)) : map(value);
}
