import type { Statement } from '@haven/database';
import type { Sort } from '@haven/query';

import type { RankedQuery } from '../domain/record-reader.js';
import { recordOfEntry } from './entries-sql.js';
import { unsearchedSql } from './list-sql.js';
import { RECORD_COLUMNS } from './record-rows.js';
import {
  conditionOfHits,
  isCommonSql,
  isOnlySearch,
  newestHitsSql,
  recordsOfHits,
  searchAccess,
} from './search-access.js';
import { documentOf, rankQuery } from './search-sql.js';
import { bind } from './sql-text.js';

/** Number of matches whose score is computed: those with the greatest ids, which are the newest. */
const CANDIDATES = 10_000;

/** The order in which candidates are found, if there are many. */
const NEWEST_IDS: Sort = [{ field: { system: 'id' }, direction: 'descending' }];

/** Number of records in a list that is sorted by score. */
const BEST = 1_000;

/**
 * Returns the statement for one page of a list that is sorted by the score of a search. Its columns are whether more
 * records match than are in the list, the score, and those of `RECORD_COLUMNS`; a page without records has one row,
 * whose other columns are null.
 */
export function rankedSql(collectionId: number, query: RankedQuery): Statement {
  const { limit, after, backwards } = query;
  const values: unknown[] = [];
  const candidates = candidatesSql(collectionId, query, values);
  const [word, sign] = backwards ? ['ASC', '>'] : ['DESC', '<'];
  const order = `ORDER BY score ${word}, id ${word}`;
  const behind = after
    ? `WHERE (score, id) ${sign} (${bind(values, after.score, 'float4')}, ${bind(values, after.id, 'uuid')})`
    : '';
  const record = recordOfEntry({ columns: RECORD_COLUMNS, collectionId, condition: 'TRUE' });
  const text = `WITH candidates AS MATERIALIZED (
  ${candidates}
), best AS MATERIALIZED (
  SELECT * FROM (SELECT * FROM candidates ORDER BY id DESC LIMIT ${CANDIDATES}) AS scored
  ORDER BY score DESC, id DESC LIMIT ${BEST}
), page AS MATERIALIZED (
  SELECT id AS record_id, score FROM best ${behind} ${order} LIMIT ${limit}
)
SELECT (SELECT count(*) > ${BEST} FROM candidates), score, ${RECORD_COLUMNS}
FROM (SELECT) AS one LEFT JOIN (SELECT e.score, r.* FROM page AS e CROSS JOIN LATERAL ${record}) AS found ON TRUE
${order}`;
  return { text, values };
}

/**
 * Returns a query for the ids and the scores of the newest matches: one more than the list is chosen from, if there are
 * as many. If a match of the search has to satisfy other conditions too, its record has to be read.
 */
function candidatesSql(collectionId: number, query: RankedQuery, values: unknown[]): string {
  const { filter, indexes, ranked } = query;
  const search = searchAccess(filter, values);
  if (!search) throw new Error('A list that is sorted by score has a search.');
  const limit = CANDIDATES + 1;
  if (isOnlySearch(filter)) return newestHitsSql(search, rankQuery(ranked, values), limit);
  const newest = { filter, indexes, sort: NEWEST_IDS, limit };
  const records = { columns: 'id', collectionId, condition: conditionOfHits(filter, values) };
  return `WITH common AS MATERIALIZED (SELECT ${isCommonSql(search)} AS yes)
SELECT found.id, score FROM (
(SELECT id FROM ${recordsOfHits(search, records)} WHERE NOT (SELECT yes FROM common) ORDER BY id DESC LIMIT ${limit})
UNION ALL
(SELECT id FROM (${unsearchedSql(collectionId, newest, values)}) AS newest WHERE (SELECT yes FROM common))
) AS found CROSS JOIN LATERAL (
  SELECT ts_rank(s.document, ${rankQuery(ranked, values)}) AS score FROM haven.live_search AS s
  WHERE ${documentOf(ranked, 'found.id')} OFFSET 0
) AS s`;
}
