/** DI token of the names of all migrations this code needs, a `readonly string[]`; the app provides it to everyone. */
export const MIGRATION_NAMES = Symbol('MIGRATION_NAMES');
