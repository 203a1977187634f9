/** Limits on one query, from the `limits` section of the configuration. */
export interface QueryLimits {
  /** Maximum nesting depth of `_and`, `_or`, `_not`, `_some`, `_every` and `_none`. */
  readonly filterDepth: number;
  /** Maximum number of operators in one filter, including bare values and operators that contain filters. */
  readonly filterOperators: number;
  /**
   * Maximum number of values in all lists of `_in` and `_nin` in one filter together. Also the maximum number of
   * values, including nested ones, in the operand of one `_contains`.
   */
  readonly inLength: number;
  /** Maximum length of a `_like` or `_ilike` pattern, in characters. */
  readonly patternLength: number;
  /** Maximum number of fields in one sort. */
  readonly sortFields: number;
}
