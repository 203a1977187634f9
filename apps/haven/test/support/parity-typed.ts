import { LINK_RECORDS } from './parity-references.js';
import { first, nothing, page } from './parity-row.js';
import type { Row } from './parity-row.js';

const RECORD =
  'id: _id collection: _collection version: _version data: _data createdAt: _createdAt updatedAt: _updatedAt';
const [ONE = '', OTHER = ''] = LINK_RECORDS.map(({ id }) => id);
const NOBODY = '00000000-0000-4000-8000-000000000001';
const LINKS = '/collections/links/records';

const typed = (operation: string): Row['graphql'] => [operation.replaceAll('RECORD', RECORD)];

/**
 * Rows of typed fields, with the collection `links`, whose records refer to each other, and the collection `strict`.
 * With aliases, a typed record has the members of one in REST.
 */
export const typedRows: Record<string, Row> = {
  'link, typed': {
    rest: ['GET', `${LINKS}/${OTHER}`],
    graphql: typed(`{ link(id: "${OTHER}") { RECORD } }`),
    same: first,
  },
  'link, typed, absent': {
    rest: ['GET', `${LINKS}/${NOBODY}`],
    graphql: typed(`{ link(id: "${NOBODY}") { RECORD } }`),
    code: 'NOT_FOUND',
  },
  'link, typed, asOf null': {
    rest: ['GET', `${LINKS}/${ONE}`],
    graphql: typed(`{ link(id: "${ONE}", asOf: null) { RECORD } }`),
    same: first,
  },
  'link, typed, asOf malformed': {
    rest: ['GET', `${LINKS}/${ONE}?asOf=yesterday`],
    graphql: typed(`{ link(id: "${ONE}", asOf: "yesterday") { RECORD } }`),
    code: 'CURSOR_INVALID',
    pointer: '/asOf',
  },
  'link, typed, expanded': {
    rest: ['GET', `${LINKS}/${OTHER}?expand=film,films`],
    graphql: typed(`{ link(id: "${OTHER}") { RECORD film { RECORD } films { RECORD } } }`),
    same: ({ link: { film, films, ...link } }) => ({ ...link, expanded: { film, films } }),
  },
  'links, typed': {
    rest: ['GET', `${LINKS}?sort=$id&limit=1`],
    graphql: typed('{ links(orderBy: [{ _id: ASC }], first: 1) { edges { node { RECORD } } } }'),
    same: page,
  },
  'links, typed, filter': {
    rest: ['POST', '/collections/links/query', { filter: { film: ONE } }],
    graphql: typed(`{ links(where: { film: { _eq: "${ONE}" } }) { edges { node { RECORD } } } }`),
    same: page,
  },
  'links, typed, arguments of null': {
    rest: ['GET', LINKS],
    graphql: typed('{ links(where: null, orderBy: null, first: null, after: null) { edges { node { RECORD } } } }'),
    same: page,
  },
  'links, typed, filter in the other language': {
    rest: ['POST', '/collections/links/query', { filter: { Title: { _near: 1 } } }],
    graphql: typed('{ links(where: { _raw: { Title: { _near: 1 } } }) { totalCount } }'),
    code: 'FILTER_INVALID',
  },
  'links, typed, elements': {
    rest: ['POST', '/collections/links/query', { filter: { films: { _some: { _eq: ONE }, _size: { _gt: 0 } } } }],
    graphql: typed(
      `{ links(where: { films: { _some: { _eq: "${ONE}" }, _size: { _gt: 0 } } }) { edges { node { RECORD } } } }`,
    ),
    same: page,
  },
  'linksAggregate, typed': {
    rest: [
      'POST',
      '/collections/links/aggregate',
      {
        groupBy: ['film'],
        compute: { count: 'count', distinct: { distinct: 'film' }, oldest: { min: '$createdAt' } },
        having: { count: { _gte: 1 } },
        sort: '-count',
        limit: 2,
      },
    ],
    graphql: typed(
      `{ linksAggregate(groupBy: [{ field: film }], having: { count: { _gte: 1 } }, orderBy: [{ count: DESC }], limit: 2) {
        groups { key { film } count distinct { film } min { _createdAt } ignored } truncated
      } }`,
    ),
    same: ({ linksAggregate: { groups, truncated } }) => ({
      groups: groups.map(({ key, count, distinct, min, ignored }: any) => ({
        key,
        values: { count, distinct: distinct.film, oldest: min._createdAt },
        ignored,
      })),
      truncated,
    }),
  },
  'linksAggregate, typed, unknown time zone': {
    rest: [
      'POST',
      '/collections/links/aggregate',
      { groupBy: [{ path: '$createdAt', bucket: 'day', timeZone: 'Nowhere' }] },
    ],
    graphql: typed(
      '{ linksAggregate(groupBy: [{ field: _createdAt, bucket: DAY, timeZone: "Nowhere" }]) { truncated } }',
    ),
    code: 'AGGREGATE_INVALID',
    pointer: '/groupBy/0/timeZone',
  },
  'linksAggregate, typed, filter in the other language': {
    rest: ['POST', '/collections/links/aggregate', { filter: { Title: { _near: 1 } }, compute: { n: 'count' } }],
    graphql: typed('{ linksAggregate(where: { _raw: { Title: { _near: 1 } } }) { groups { count } } }'),
    code: 'FILTER_INVALID',
  },
  'createLink, typed': {
    rest: ['POST', LINKS, { data: { film: ONE, films: [OTHER] } }],
    graphql: typed(`mutation { createLink(data: { film: "${ONE}", films: ["${OTHER}"] }) { RECORD } }`),
    same: first,
  },
  'createLink, typed, with a key used before': {
    rest: ['POST', LINKS, { data: { film: ONE } }],
    graphql: typed(`mutation { createLink(data: { film: "${ONE}" }) { RECORD } }`),
    earlier: {
      rest: ['POST', LINKS, { data: { film: ONE } }],
      graphql: typed(`mutation { createLink(data: { film: "${ONE}" }) { RECORD } }`),
    },
    key: '"typed"',
    same: first,
  },
  'createLink, typed, dangling': {
    rest: ['POST', LINKS, { data: { film: NOBODY } }],
    graphql: typed(`mutation { createLink(data: { film: "${NOBODY}" }) { RECORD } }`),
    code: 'REFERENCE_BROKEN',
    pointer: '/data/film',
  },
  'createLink, typed, id taken': {
    rest: ['POST', LINKS, { id: ONE, data: {} }],
    graphql: typed(`mutation { createLink(id: "${ONE}", data: {}) { RECORD } }`),
    code: 'ALREADY_EXISTS',
  },
  'replaceLink, typed': {
    rest: ['PUT', `${LINKS}/${OTHER}`, { data: { film: OTHER } }],
    graphql: typed(`mutation { replaceLink(id: "${OTHER}", data: { film: "${OTHER}" }) { RECORD } }`),
    same: first,
  },
  'replaceLink, typed, exists': {
    rest: ['PUT', `${LINKS}/${OTHER}`, { data: {} }, { 'if-none-match': '*' }],
    graphql: typed(`mutation { replaceLink(id: "${OTHER}", data: {}, ifAbsent: true) { RECORD } }`),
    code: 'VERSION_CONFLICT',
  },
  'updateLink, typed': {
    rest: ['PATCH', `${LINKS}/${OTHER}`, { data: { film: null } }, { 'if-match': '"1"' }],
    graphql: typed(`mutation { updateLink(id: "${OTHER}", data: { film: null }, expectedVersion: 1) { RECORD } }`),
    same: first,
  },
  'updateLink, typed, other version': {
    rest: ['PATCH', `${LINKS}/${OTHER}`, { data: { film: null } }, { 'if-match': '"7"' }],
    graphql: typed(`mutation { updateLink(id: "${OTHER}", data: { film: null }, expectedVersion: 7) { RECORD } }`),
    code: 'VERSION_CONFLICT',
  },
  'updateStrict, typed, no precondition': {
    rest: ['PATCH', '/collections/strict/records/{3}', { data: { year: 1 } }],
    graphql: ['mutation($r: ID!) { updateStrict(id: $r, data: { year: 1 }) { _id } }', { r: '{3}' }],
    code: 'PRECONDITION_REQUIRED',
  },
  'deleteLink, typed': {
    rest: ['DELETE', `${LINKS}/${OTHER}`],
    graphql: typed(`mutation { deleteLink(id: "${OTHER}") }`),
    same: nothing,
  },
  'deleteLink, typed, absent': {
    rest: ['DELETE', `${LINKS}/${NOBODY}`],
    graphql: typed(`mutation { deleteLink(id: "${NOBODY}") }`),
    code: 'NOT_FOUND',
  },
};
