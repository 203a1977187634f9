import { HavenError } from './error.js';

/** What `act` answers. Where it refuses something, the pointers of the error start with `prefix`: what it looks at lies there. */
export function relocated<T>(prefix: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof HavenError) || prefix === '') throw error;
    const { code, detail, extras } = error;
    const pointer = extras.errors?.[0]?.pointer;
    const text = pointer === '' ? `${prefix}: ${detail}` : detail.startsWith('/') ? `${prefix}${detail}` : detail;
    const errors = extras.errors?.map((one) => ({ ...one, pointer: `${prefix}${one.pointer}` }));
    throw new HavenError(code, text, { ...extras, errors });
  }
}
