import { HavenError } from './error.js';

/**
 * Returns the result of `act`. If it throws an error of the catalogue, the error's pointers are prefixed with `prefix`,
 * which is the pointer to the value in the request that `act` checks.
 */
export function withPointerPrefix<T>(prefix: string, act: () => T): T {
  return rewriteErrors(act, (error) => {
    if (prefix === '') return error;
    const { detail, extras } = error;
    const pointer = extras.errors?.[0]?.pointer;
    const text = pointer === '' ? `${prefix}: ${detail}` : detail.startsWith('/') ? `${prefix}${detail}` : detail;
    return withPointers(error, (each) => `${prefix}${each}`, text);
  });
}

/** Returns the result of `act`; if it throws an error of the catalogue, throws the result of `reword` instead. */
export function rewriteErrors<T>(act: () => T, reword: (error: HavenError) => HavenError): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof HavenError ? reword(error) : error;
  }
}

/** Returns the result of `parse`. If it throws an error of the catalogue, the error states the part of the query. */
export function withQueryPart<T>(queryPart: 'filter' | 'sort', parse: () => T): T {
  return rewriteErrors(parse, ({ code, detail, extras }) => new HavenError(code, detail, { ...extras, queryPart }));
}

/** Returns a copy of the error with each pointer replaced, and with another detail if one is given. */
export function withPointers(
  { code, detail, extras }: HavenError,
  move: (pointer: string) => string,
  text = detail,
): HavenError {
  const errors = extras.errors?.map((one) => ({ ...one, pointer: move(one.pointer) }));
  return new HavenError(code, text, { ...extras, ...(errors && { errors }) });
}
