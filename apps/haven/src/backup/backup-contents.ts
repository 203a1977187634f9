/** Value of `format` in the first entry of every backup. */
export const BACKUP_FORMAT = 'haven-backup';

/** Version of the layout of the entries. A build that finds another version refuses the file. */
export const BACKUP_VERSION = 1;

/** Name of the first entry, which contains the {@link BackupHeader}. */
export const HEADER_ENTRY = 'backup.json';

/** Name of the last entry, which contains the {@link BackupSummary}. A file without it is incomplete. */
export const SUMMARY_ENTRY = 'summary.json';

/** Everything that must be known before the rows of a backup can be loaded. */
export interface BackupHeader {
  readonly format: typeof BACKUP_FORMAT;
  readonly version: number;
  /** Version of Haven that created the backup. */
  readonly haven: string;
  /** Version of the PostgreSQL server. */
  readonly postgres: string;
  /** RFC 3339 time. */
  readonly createdAt: string;
  /** Names of the migrations that had run, oldest first. They define the schema into which the rows are loaded. */
  readonly migrations: readonly string[];
  readonly tables: readonly BackupTable[];
}

/** A table, with the columns of its rows in their order. */
export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Everything that is known only when all rows have been read. */
export interface BackupSummary {
  /** By the name of the table. */
  readonly tables: Readonly<Record<string, TableSummary>>;
  readonly sequences: readonly SequenceState[];
  /** SHA-256 of the first entry. */
  readonly header: string;
}

/** The number of a table's rows, and size and SHA-256 of their text. */
export interface TableSummary {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** The state of the sequence that belongs to an identity column. */
export interface SequenceState {
  readonly table: string;
  readonly column: string;
  /** A decimal number, because it may exceed the safe integers of JavaScript. */
  readonly value: string;
  /** Whether `value` was given out. Otherwise it is the next one. */
  readonly isCalled: boolean;
}

/** Returns the name of the entry with one part of a table's rows, such as `tables/events/000001.copy`. */
export function tableEntry(table: string, part: number): string {
  return `tables/${table}/${String(part).padStart(6, '0')}.copy`;
}

/** Returns the table whose rows an entry contains, or undefined for another entry. */
export function tableOfEntry(name: string): string | undefined {
  return /^tables\/([a-z_][a-z0-9_]*)\/\d+\.copy$/.exec(name)?.[1];
}
