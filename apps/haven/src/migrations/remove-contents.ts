/**
 * Returns a statement that changes the list of tables in `haven.remove_contents`, which deletes the contents of a
 * deleted tenant table by table. It keeps what other migrations have changed in that function. Run it with `asUpkeep`.
 */
export function replaceRemovedTables(before: string, after: string): string {
  return `DO $do$
BEGIN
  EXECUTE replace(pg_get_functiondef('haven.remove_contents(integer)'::regprocedure), $text$${before}$text$, $text$${after}$text$);
END $do$`;
}

/** Returns statements that can replace functions of the role `haven_upkeep`, which otherwise cannot create any. */
export function asUpkeep(statements: string): string {
  return `GRANT CREATE ON SCHEMA haven TO haven_upkeep;
${statements};
REVOKE CREATE ON SCHEMA haven FROM haven_upkeep`;
}
