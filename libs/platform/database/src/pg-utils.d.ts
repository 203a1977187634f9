/** `pg` exports this file without types. */
declare module 'pg/lib/utils.js' {
  /** Converts a parameter to the form that the driver sends: text, bytes or null; arrays become PostgreSQL literals. */
  export function prepareValue(value: unknown): string | Buffer | null;
}
