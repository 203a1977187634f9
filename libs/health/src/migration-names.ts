/** DI token of the names of all migrations that this version needs, a `readonly string[]`. */
export const MIGRATION_NAMES = Symbol('MIGRATION_NAMES');
