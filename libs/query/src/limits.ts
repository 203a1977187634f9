/** How much one query may ask for; the `limits` of the config. */
export interface QueryLimits {
  /** How deep `_and`, `_or` and `_not` may nest. */
  readonly filterDepth: number;
  /** Operators in one filter, bare values and `_and`, `_or`, `_not` included. */
  readonly filterOperators: number;
  /** Values in the `_in` and `_nin` of one filter, all together; and values, nested ones included, in one `_contains`. */
  readonly inLength: number;
  /** Characters of one `_like` or `_ilike` pattern. */
  readonly patternLength: number;
  /** Fields in one sort. */
  readonly sortFields: number;
}
