import type { Statement } from '@haven/database';

/**
 * Returns a statement that disables or enables nested loops until the end of the transaction. PostgreSQL has no
 * statistics about the lines of an import that has just arrived, and expects only one. It would therefore compare all
 * lines with all rows, instead of using a hash table. Lookups by key in correlated subqueries are not affected.
 */
export function nestedLoops(setting: 'on' | 'off'): Statement {
  return { name: 'nested.loops', text: "SELECT set_config('enable_nestloop', $1, true)", values: [setting] };
}
