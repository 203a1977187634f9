/** Prefix of the roles of a database whose operator has not chosen another. */
const DEFAULT_ROLE_PREFIX = 'haven';

/**
 * The names of the roles that Haven uses in one database. PostgreSQL shares roles among all databases of a cluster, so
 * two Havens whose databases belong to different owners need different prefixes (`database.rolePrefix`).
 */
export interface DatabaseRoles {
  readonly prefix: string;
  /** Role under which every request runs. It owns nothing, and row security applies to it. */
  readonly runtime: string;
  /** Role that owns the views. */
  readonly reader: string;
  /** Role that owns the functions that prune, erase and clean up. */
  readonly upkeep: string;
}

const SUFFIXES = ['runtime', 'reader', 'upkeep'] as const;

/** Returns the roles with a prefix, which must be a valid `database.rolePrefix`: the names need no quotes in SQL. */
export function databaseRoles(prefix = DEFAULT_ROLE_PREFIX): DatabaseRoles {
  return { prefix, runtime: `${prefix}_runtime`, reader: `${prefix}_reader`, upkeep: `${prefix}_upkeep` };
}

/** Returns the names of all roles. */
export function roleNames({ runtime, reader, upkeep }: DatabaseRoles): [string, string, string] {
  return [runtime, reader, upkeep];
}

/**
 * Replaces the names of the default roles in SQL by those of `roles`. Migrations are written with the default names,
 * and most of them are released and must not change.
 */
export function renameRoles(sql: string, { prefix }: DatabaseRoles): string {
  return prefix === DEFAULT_ROLE_PREFIX
    ? sql
    : sql.replaceAll(DEFAULT_NAMES, (_, suffix: string) => `${prefix}_${suffix}`);
}

const DEFAULT_NAMES = new RegExp(`\\b${DEFAULT_ROLE_PREFIX}_(${SUFFIXES.join('|')})\\b`, 'g');
