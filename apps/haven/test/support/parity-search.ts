import { expect, vi } from 'vitest';

import type { Haven } from './haven.js';
import { first, page } from './parity-row.js';
import type { Row } from './parity-row.js';

const TEXTS = [
  { title: 'Dune', body: 'Spice on a desert planet.', year: 1984 },
  { title: 'Desert Hearts', body: 'A romance; dune and dunes.', year: 1985 },
  { title: 'Alien', body: 'A planet without sand.', year: 1979 },
];

/** Creates a collection that can be searched, as the tenant of these headers. */
export async function preparedTexts(haven: Haven, as: Record<string, string>): Promise<void> {
  const search = { paths: ['title', 'body'], language: 'english' };
  await haven.rest('POST', '/collections', { name: 'texts', search }, as);
  for (const data of TEXTS) await haven.rest('POST', '/collections/texts/records', { data }, as);
  const isReady = async (): Promise<void> => {
    const { body } = await haven.rest('GET', '/collections/texts', undefined, as);
    expect(body.search).toMatchObject({ state: 'ready' });
  };
  await vi.waitFor(isReady, { timeout: 20_000, interval: 20 });
}

const RECORD = 'id collection version data createdAt updatedAt';
const LIST = `query($f: JSON, $s: [String!], $a: String) { records(collection: "texts", filter: $f, sort: $s, asOf: $a) { edges { node { ${RECORD} } } } }`;
const NOW = '9999-12-31T23:59:59Z';

/** A list of the searchable collection, in both APIs. */
function listed(filter: object, sort?: string, expected: Partial<Row> = { same: page }, asOf?: string): Row {
  return {
    rest: ['POST', '/collections/texts/query', { filter, ...(sort && { sort }), ...(asOf && { asOf }) }],
    graphql: [LIST, { f: filter, s: sort && [sort], a: asOf }],
    ...expected,
  };
}

const refused = (pointer: string): Partial<Row> => ({ code: 'FILTER_INVALID', pointer });

/** Searches in both APIs. */
export const searchRows: Record<string, Row> = {
  'records, words': listed({ _search: 'dune' }),
  'records, phrase, prefix and excluded word': listed({ _search: '"desert planet" spi* -romance' }),
  'records, search and other conditions': listed(
    { _or: [{ _search: 'sand' }, { _search: 'dune', year: 1985 }] },
    'year',
  ),
  'records, not a search': listed({ _not: { _search: 'dune' } }),
  'records, by score': listed({ _search: 'dune' }, '$score'),
  'records, only excluded words': listed({ _search: '-dune' }, undefined, refused('/_search')),
  'records, no words': listed({ year: 5, _and: [{ _search: ' * ' }] }, undefined, refused('/_and/0/_search')),
  'records, search in a field': listed({ title: { _search: 'dune' } }, undefined, refused('/title/_search')),
  'records, search that is no text': listed({ _search: { _eq: 'dune' } }, undefined, refused('/_search')),
  'records, search of the past': listed({ _search: 'dune' }, undefined, refused('/_search'), NOW),
  'records, too many words': listed({ _search: 'a '.repeat(33) }, undefined, { code: 'LIMIT_EXCEEDED' }),
  'records, too long a search': listed({ _search: 'a'.repeat(1001) }, undefined, { code: 'LIMIT_EXCEEDED' }),
  'records, score without a search': listed({}, '$score', { code: 'SORT_INVALID' }),
  'records, score among other fields': listed({ _search: 'dune' }, '$score,year', { code: 'SORT_INVALID' }),
  'aggregate, search': {
    rest: ['POST', '/collections/texts/aggregate', { filter: { _search: 'dune' }, compute: { n: 'count' } }],
    graphql: [
      'query($f: JSON) { aggregate(collection: "texts", filter: $f, compute: {n: "count"}) { groups { key values ignored } truncated } }',
      { f: { _search: 'dune' } },
    ],
    same: first,
  },
  'updateRecords, search': {
    rest: ['POST', '/collections/texts/update', { filter: { _search: 'dune' }, data: { found: true } }],
    graphql: [
      'mutation($f: JSON!) { updateRecords(collection: "texts", filter: $f, data: { found: true }) { changed records { id version } } }',
      { f: { _search: 'dune' } },
    ],
    same: first,
  },
  'deleteRecords, search': {
    rest: ['POST', '/collections/texts/delete', { filter: { _search: 'romance' } }],
    graphql: [
      'mutation($f: JSON!) { deleteRecords(collection: "texts", filter: $f) { changed records { id version } } }',
      { f: { _search: 'romance' } },
    ],
    same: first,
  },
};

/** Searches where nothing is searched. */
export const refusedSearchRows: Record<string, Row> = {
  'records, search without a declaration': {
    rest: ['POST', '/collections/films/query', { filter: { _search: 'dune' } }],
    graphql: [
      'query($f: JSON) { records(collection: "films", filter: $f) { totalCount } }',
      { f: { _search: 'dune' } },
    ],
    ...refused('/_search'),
  },
  'changes, search': {
    rest: ['GET', `/changes?collection=films&filter=${encodeURIComponent('{"_search":"dune"}')}`],
    graphql: [
      'query($f: JSON) { changes(collection: "films", filter: $f) { nextCursor } }',
      { f: { _search: 'dune' } },
    ],
    ...refused('/_search'),
  },
  'createWebhook, search': {
    rest: ['POST', '/webhooks', { url: 'https://example.com/', filter: { _search: 'dune' } }],
    graphql: [
      'mutation($i: NewWebhook!) { createWebhook(input: $i) { id } }',
      { i: { url: 'https://example.com/', filter: { _search: 'dune' } } },
    ],
    code: 'FILTER_INVALID',
  },
};
