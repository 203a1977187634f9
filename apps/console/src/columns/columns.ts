/** Kind of the values of a column. It decides about the editor and about the operators of filters. */
export type ColumnType = 'text' | 'number' | 'boolean' | 'date' | 'dateTime' | 'choice' | 'reference' | 'json' | 'any';

/** A column of the grid: a member of the records' data, or a member of the record itself. */
export interface Column {
  /** Path as filters and sorts have it; also identifies the column. */
  path: string;
  /** Names of which the path consists; empty for a member of the record itself. */
  names: readonly string[];
  label: string;
  type: ColumnType;
  /** Whether the type is certain, from the schema or from a value. Otherwise it is a guess from a sample. */
  isDeclared: boolean;
  /** Whether the schema requires the member. */
  isRequired?: boolean;
  /** The values that the schema allows, of a choice or of a declared boolean. */
  choices?: readonly unknown[];
  /** Collection to which a reference leads. */
  target?: string;
}

export const idColumn: Column = { path: '$id', names: [], label: 'Id', type: 'text', isDeclared: true };

/** Number of columns that are shown unless the user chooses others. */
const SHOWN = 12;

/** Paths of the columns that are hidden unless the user shows them. */
export function hiddenColumns(columns: readonly Column[]): string[] {
  const members = columns.filter(({ names }) => names.length > 0);
  return [...members.slice(SHOWN).map(({ path }) => path), '$version', '$createdAt'];
}
