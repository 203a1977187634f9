import { HavenError } from './error.js';

/** What `act` answers. Where it refuses something, the pointers of the error start with `prefix`: what it looks at lies there. */
export function withPointerPrefix<T>(prefix: string, act: () => T): T {
  return rewriteErrors(act, (error) => {
    if (prefix === '') return error;
    const { detail, extras } = error;
    const pointer = extras.errors?.[0]?.pointer;
    const text = pointer === '' ? `${prefix}: ${detail}` : detail.startsWith('/') ? `${prefix}${detail}` : detail;
    return withPointers(error, (each) => `${prefix}${each}`, text);
  });
}

/** What `act` returns; an error of the catalogue that it throws is replaced by what `reword` makes of it. */
export function rewriteErrors<T>(act: () => T, reword: (error: HavenError) => HavenError): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof HavenError ? reword(error) : error;
  }
}

/** The error with each of its pointers moved, and with another detail if one is given. */
export function withPointers(
  { code, detail, extras }: HavenError,
  move: (pointer: string) => string,
  text = detail,
): HavenError {
  const errors = extras.errors?.map((one) => ({ ...one, pointer: move(one.pointer) }));
  return new HavenError(code, text, { ...extras, ...(errors && { errors }) });
}
