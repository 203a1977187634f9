import { escapeLiteral } from 'pg';

import { sortKeyCharacters } from '@haven/query';
import type { FieldPath } from '@haven/query';

/**
 * Implements `sortKey` as three SQL functions, which a migration creates in the existing schema `haven`. They never
 * return NULL, so row comparisons work. Each function is a single expression, so that PostgreSQL can inline it. They
 * order lists that no index orders; `KEY_FUNCTIONS` encode the same order as bytes.
 */
export const SORT_FUNCTIONS = `
CREATE OR REPLACE FUNCTION haven.sort_rank(value jsonb) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(value)
  WHEN 'null' THEN 1::smallint
  WHEN 'boolean' THEN 2::smallint
  WHEN 'number' THEN 3::smallint
  WHEN 'string' THEN 4::smallint
  WHEN 'array' THEN 5::smallint
  WHEN 'object' THEN 6::smallint
  ELSE 0::smallint
END;

CREATE OR REPLACE FUNCTION haven.sort_num(value jsonb) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(value)
  WHEN 'number' THEN value::double precision
  WHEN 'boolean' THEN CASE WHEN value = 'true'::jsonb THEN 1::double precision ELSE 0::double precision END
  ELSE 0::double precision
END;

CREATE OR REPLACE FUNCTION haven.sort_str(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(value)
  WHEN 'string' THEN left(value #>> '{}', ${sortKeyCharacters})
  ELSE ''
END;
`;

/**
 * Returns an expression for the jsonb value at a path, which is NULL if the path does not exist. `->` with a text key
 * never enters an array, unlike `#>` with the segment "0".
 */
export function pathSql(path: FieldPath, from = 'data'): string {
  return `(${[from, ...path.map((name) => `${escapeLiteral(name).trim()}::text`)].join(' -> ')})`;
}

/** Returns the three expressions of the sort key at a path, using `SORT_FUNCTIONS`. */
export function sortKeySql(path: FieldPath): { rank: string; number: string; text: string } {
  const value = pathSql(path);
  return {
    rank: `haven.sort_rank(${value})`,
    number: `haven.sort_num(${value})`,
    text: `haven.sort_str(${value}) COLLATE "C"`,
  };
}
