import { escapeLiteral } from 'pg';

import { sortKeyCharacters } from '@haven/query';
import type { FieldPath } from '@haven/query';

/**
 * The domain's `sortKey` as three functions, for a migration (the schema `haven` must exist). They never give NULL, so row
 * comparisons work, and each is one expression, so PostgreSQL puts it in the caller's place and matches it with indexes.
 * An index holds what they returned: changing them takes a REINDEX.
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
 * The jsonb at a path, NULL where the path leads nowhere. A constant expression over `from`, so that an index on it is
 * recognised; `->` with a text key never goes into an array, as `#>` would with the segment "0".
 */
export function pathSql(path: FieldPath, from = 'data'): string {
  return `(${[from, ...path.map((name) => `${escapeLiteral(name).trim()}::text`)].join(' -> ')})`;
}

/** The sort key at a path, as the three expressions that `SORT_FUNCTIONS` makes of it. */
export function sortKeySql(path: FieldPath): { rank: string; number: string; text: string } {
  const value = pathSql(path);
  return {
    rank: `haven.sort_rank(${value})`,
    number: `haven.sort_num(${value})`,
    text: `haven.sort_str(${value}) COLLATE "C"`,
  };
}
