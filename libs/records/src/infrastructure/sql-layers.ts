/** Expressions of a subquery by the names of their columns. Each subquery uses columns of those before it. */
export type Layer = Readonly<Record<string, string>>;

/**
 * Adds the columns of layers to a query. `OFFSET 0` keeps the planner from merging the subqueries, which would compute
 * an expression again wherever its column is used.
 */
export function inLayers(query: string, layers: readonly Layer[]): string {
  return layers.reduce((inner, layer) => {
    const columns = Object.entries(layer).map(([name, sql]) => `${sql} AS ${name}`);
    return columns.length > 0 ? `SELECT *, ${columns.join(', ')} FROM (${inner} OFFSET 0) AS layer` : inner;
  }, query);
}
