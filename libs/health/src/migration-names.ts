/** DI token of the names of all migrations this code needs, a `readonly string[]`. */
export const MIGRATION_NAMES = Symbol('MIGRATION_NAMES');
