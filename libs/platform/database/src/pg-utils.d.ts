/** The driver exports this file without types. */
declare module 'pg/lib/utils.js' {
  /** A parameter in the form in which the driver sends it: text, bytes or null; arrays as PostgreSQL's literals. */
  export function prepareValue(value: unknown): string | Buffer | null;
}
