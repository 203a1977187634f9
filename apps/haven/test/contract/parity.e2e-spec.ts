import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { beforeAll, describe, expect, it, vi } from 'vitest';

import type { ErrorCode } from '@haven/kernel';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { aggregateRows } from '../support/parity-aggregates.js';
import { LINK_RECORDS, LINKS, REFERRED, referenceRows, REFERRING } from '../support/parity-references.js';
import { first, nothing, page } from '../support/parity-row.js';
import type { Row } from '../support/parity-row.js';
import { preparedTexts, refusedSearchRows, searchRows } from '../support/parity-search.js';
import { typedRows } from '../support/parity-typed.js';
import { preparedWebhook, WEBHOOK_ROWS, webhookRows, WEBHOOKS } from '../support/parity-webhooks.js';
import { selectAll } from '../support/select-all.js';

const haven = startHaven(['audit.checkpointInterval=24h', `limits.webhooks=${WEBHOOKS}`]);

const FILMS = [
  { Title: 'Alien', year: 1979, tags: ['space'], released: '1979-05-25T12:00:00-07:00' },
  { Title: 'Brazil', year: 1985, tags: ['dream'], released: '1985-02-20T00:00:00Z' },
  { Title: 'Contact', year: 1997, tags: ['space', 'radio'] },
];
const VERSION = 'version type actor at createdAt traceId cause data patch';
const RECORD = 'id collection version data createdAt updatedAt';
const BATCH = `results { label status version record { ${RECORD} } }`;
const COLLECTION =
  'name revision description schema enforce requirePrecondition cache { maxAge } indexes { path paths unique caseless type state done total problem } references { path collection onDelete state } referencedBy { collection path onDelete } history { keep for } warnings { code detail pointer } graphql { type one many untyped { pointer detail } } search { paths language state done total } createdAt updatedAt';
const INDEXES = [
  'year',
  { paths: ['-year', { path: 'title', caseless: true }] },
  { path: 'code', unique: true, caseless: true },
  { path: 'due', type: 'dateTime' },
];
const SEARCH = { paths: ['title', 'cast.name'], language: 'english' };
const TENANT = 'id name state revision quotas { collections records bytes keys indexes } createdAt updatedAt';
const CHANGED = 'changed records { id version }';
const KEY = 'id name scopes collections createdAt expiresAt lastUsedAt revokedAt previousUntil';
const PAGE = `edges { node { ${RECORD} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
const SCHEMA = { type: 'object', required: ['Title'], properties: { year: { type: 'integer' } } };
const EARLIER = '2001-01-01T00:00:00Z';
const LATER = '9999-12-31T23:59:59Z';
const ABSENT = '00000000-0000-4000-8000-000000000001';

const CHANGE = `cursor type effect collection recordId version at actor traceId cause record { ${RECORD} }`;
const changed = (data: any): unknown => data.changes.items;

const id = randomUUID();
const list = (args: string): string => `{ records(collection: "films", ${args}) { ${PAGE} } }`;
const ON_ARRAYS = { tags: { _some: { _startsWith: 'ra' }, _none: { _eq: 'dream' }, _size: { _gte: 2 } } };
const nestedSome = (depth: number): object => ({ _some: depth > 1 ? nestedSome(depth - 1) : { _eq: 1 } });
const FILTERED = `query($filter: JSON, $sort: [String!]) { records(collection: "films", filter: $filter, sort: $sort) { ${PAGE} } }`;
const CASELESS_TITLE = { path: '-Title', caseless: true };
const BY_RELEASE = { path: 'released', type: 'dateTime' };
const BEFORE_NOON = { released: { _lte: { $dateTime: '1979-05-25T19:00:00Z' } } };
const on = (field: string, args: string, variables: string, select = `{ ${RECORD} }`): string =>
  `mutation(${variables}) { ${field}(collection: "films", ${args}) ${select} }`;

const KEYED_DATA = [
  { code: 'a', n: 1 },
  { x: 1, y: 'b', n: 1 },
];
const UNIQUE = [
  { path: 'code', unique: true },
  { path: 'x,y', unique: true },
];
/** REST omits the progress and the problem of an index that has none. */
const withoutNull = (index: any): unknown =>
  Object.fromEntries(
    Object.entries(index).filter(([name, value]) => value !== null || !['done', 'total', 'problem'].includes(name)),
  );
const KEYED = '/collections/keyed/records/by/code';
const onKeyed = (field: string, args: string, select = `{ ${RECORD} }`): string =>
  `mutation { ${field}(collection: "keyed", index: "code", value: "a"${args && `, ${args}`}) ${select} }`;

const makesDune: Pick<Row, 'rest' | 'graphql'> = {
  rest: ['POST', '/collections/films/records', { data: { Title: 'Dune' } }],
  graphql: [on('createRecord', 'data: { Title: "Dune" }', '').replace('()', '')],
};
const deletes: Pick<Row, 'rest' | 'graphql'> = {
  rest: ['DELETE', '/collections/films/records/{0}'],
  graphql: [on('deleteRecord', 'id: $r', '$r: ID!', ''), { r: '{0}' }],
};

const rows: Record<string, Row> = {
  createCollection: {
    rest: ['POST', '/collections', { name: 'shows', schema: SCHEMA }],
    graphql: [
      `mutation($i: NewCollection!) { createCollection(input: $i) { ${COLLECTION} } }`,
      { i: { name: 'shows', schema: SCHEMA } },
    ],
    same: first,
  },
  'createCollection, name taken': {
    rest: ['POST', '/collections', { name: 'films' }],
    graphql: [`mutation { createCollection(input: { name: "films" }) { name } }`],
  },
  'createCollection, bad name': {
    rest: ['POST', '/collections', { name: 'Films!' }],
    graphql: [`mutation { createCollection(input: { name: "Films!" }) { name } }`],
  },
  'createCollection, schema invalid': {
    rest: ['POST', '/collections', { name: 'x', schema: { type: 'nonsense' } }],
    graphql: [`mutation { createCollection(input: { name: "x", schema: { type: "nonsense" } }) { name } }`],
  },
  collection: {
    rest: ['GET', '/collections/films'],
    graphql: [`{ collection(name: "films") { ${COLLECTION} } }`],
    same: first,
  },
  'collection, absent': { rest: ['GET', '/collections/nope'], graphql: ['{ collection(name: "nope") { name } }'] },
  collections: {
    rest: ['GET', '/collections'],
    graphql: [`{ collections { edges { node { ${COLLECTION} } } } }`],
    same: page,
  },
  'replaceCollection, new': {
    rest: ['PUT', '/collections/shows', { description: 'TV' }],
    graphql: [`mutation { replaceCollection(name: "shows", input: { description: "TV" }) { ${COLLECTION} } }`],
    same: first,
  },
  'replaceCollection, ifAbsent': {
    rest: ['PUT', '/collections/films', {}, { 'if-none-match': '*' }],
    graphql: ['mutation { replaceCollection(name: "films", input: {}, ifAbsent: true) { name } }'],
  },
  updateCollection: {
    rest: ['PATCH', '/collections/films', { requirePrecondition: true, cache: { maxAge: '2s' } }],
    graphql: [
      `mutation { updateCollection(name: "films", input: { requirePrecondition: true, cache: { maxAge: "2s" } }) { ${COLLECTION} } }`,
    ],
    same: first,
  },
  'updateCollection, revision': {
    rest: ['PATCH', '/collections/films', {}, { 'if-match': '"9"' }],
    graphql: ['mutation { updateCollection(name: "films", input: {}, expectedRevision: 9) { name } }'],
  },
  'updateCollection, dry run': {
    rest: ['PATCH', '/collections/films?dryRun=true', { schema: { required: ['director'] } }],
    graphql: [
      `mutation { updateCollection(name: "films", dryRun: true, input: { schema: { required: ["director"] } }) { ${COLLECTION} breaking { count ids } dangling { path collection count ids } duplicates { index count samples { values ids } } } }`,
    ],
    same: first,
  },
  'updateCollection, incompatible': {
    rest: ['PATCH', '/collections/films', { schema: { required: ['director'] } }],
    graphql: ['mutation { updateCollection(name: "films", input: { schema: { required: ["director"] } }) { name } }'],
  },
  'updateCollection, history': {
    rest: ['PATCH', '/collections/films', { history: { keep: 3, for: '90d' } }],
    graphql: [
      `mutation { updateCollection(name: "films", input: { history: { keep: 3, for: "90d" } }) { ${COLLECTION} } }`,
    ],
    same: first,
  },
  'updateCollection, history, one limit': {
    rest: ['PATCH', '/collections/films', { history: { for: '12h' } }],
    graphql: [`mutation { updateCollection(name: "films", input: { history: { for: "12h" } }) { ${COLLECTION} } }`],
    same: first,
  },
  'updateCollection, cache that is too long': {
    rest: ['PATCH', '/collections/films', { cache: { maxAge: '2h' } }],
    graphql: ['mutation { updateCollection(name: "films", input: { cache: { maxAge: "2h" } }) { name } }'],
    code: 'VALIDATION_FAILED',
  },
  'updateCollection, history without limits': {
    rest: ['PATCH', '/collections/films', { history: {} }],
    graphql: ['mutation { updateCollection(name: "films", input: { history: {} }) { name } }'],
    code: 'VALIDATION_FAILED',
  },
  'replaceCollection, history that keeps nothing': {
    rest: ['PUT', '/collections/films', { history: { keep: 0 } }],
    graphql: ['mutation { replaceCollection(name: "films", input: { history: { keep: 0 } }) { name } }'],
    code: 'VALIDATION_FAILED',
  },
  'deleteCollection, not empty': {
    rest: ['DELETE', '/collections/films'],
    graphql: ['mutation { deleteCollection(name: "films") }'],
  },
  'deleteCollection, cascade': {
    rest: ['DELETE', '/collections/films?cascade=true'],
    graphql: ['mutation { deleteCollection(name: "films", cascade: true) }'],
    same: nothing,
  },
  createRecord: {
    rest: ['POST', '/collections/films/records', { data: { Title: 'Dune' } }],
    graphql: [on('createRecord', 'data: $d', '$d: JSONObject!'), { d: { Title: 'Dune' } }],
    same: first,
  },
  'createRecord, id given': {
    rest: ['POST', '/collections/films/records', { id, data: {} }],
    graphql: [on('createRecord', 'data: {}, id: $id', '$id: ID'), { id }],
    same: first,
  },
  'createRecord, id no UUID': {
    rest: ['POST', '/collections/films/records', { id: 'x', data: {} }],
    graphql: [on('createRecord', 'data: {}, id: "x"', '').replace('()', '')],
  },
  'createRecord, not exact': {
    rest: ['POST', '/collections/films/records', '{"data":{"n":9007199254740993}}'],
    graphql: [on('createRecord', 'data: { n: 9007199254740993 }', '').replace('()', '')],
  },
  'createRecord, no collection': {
    rest: ['POST', '/collections/nope/records', { data: {} }],
    graphql: ['mutation { createRecord(collection: "nope", data: {}) { id } }'],
  },
  'createRecord, schema violated': {
    rest: ['POST', '/collections/strict/records', { data: { year: 'x' } }],
    graphql: ['mutation { createRecord(collection: "strict", data: { year: "x" }) { id } }'],
  },
  record: {
    rest: ['GET', '/collections/films/records/{0}'],
    graphql: [`query($r: ID!) { record(collection: "films", id: $r) { ${RECORD} } }`, { r: '{0}' }],
    same: first,
  },
  'record, absent': {
    rest: ['GET', `/collections/films/records/${ABSENT}`],
    graphql: [`{ record(collection: "films", id: "${ABSENT}") { id } }`],
  },
  'record, no UUID': {
    rest: ['GET', '/collections/films/records/nope'],
    graphql: ['{ record(collection: "films", id: "nope") { id } }'],
  },
  'record, asOf': {
    rest: ['GET', `/collections/films/records/{0}?asOf=${LATER}`],
    graphql: [`query($r: ID!) { record(collection: "films", id: $r, asOf: "${LATER}") { ${RECORD} } }`, { r: '{0}' }],
    same: first,
  },
  'record, asOf before it was made': {
    rest: ['GET', `/collections/films/records/{0}?asOf=${EARLIER}`],
    graphql: [`query($r: ID!) { record(collection: "films", id: $r, asOf: "${EARLIER}") { id } }`, { r: '{0}' }],
    code: 'NOT_FOUND',
  },
  'record, asOf no moment': {
    rest: ['GET', '/collections/films/records/{0}?asOf=yesterday'],
    graphql: ['query($r: ID!) { record(collection: "films", id: $r, asOf: "yesterday") { id } }', { r: '{0}' }],
    code: 'CURSOR_INVALID',
  },
  'records, asOf': {
    rest: ['POST', '/collections/films/query', { asOf: LATER, sort: '-year' }],
    graphql: [list(`asOf: "${LATER}", sort: ["-year"]`)],
    same: page,
  },
  'records, asOf before there were any': {
    rest: ['GET', `/collections/films/records?asOf=${EARLIER}`],
    graphql: [list(`asOf: "${EARLIER}"`)],
    same: page,
  },
  'records, asOf no moment': {
    rest: ['QUERY', '/collections/films/records', { asOf: '2026-02-30T00:00:00Z' }],
    graphql: [list('asOf: "2026-02-30T00:00:00Z"')],
    code: 'CURSOR_INVALID',
  },
  records: { rest: ['GET', '/collections/films/records'], graphql: [list('first: 20')], same: page },
  'records, filter and sort': {
    rest: ['POST', '/collections/films/query', { filter: { year: { _gt: 1980 } }, sort: '-Title' }],
    graphql: [list('filter: { year: { _gt: 1980 } }, sort: ["-Title"]')],
    same: page,
  },
  'records, without regard to case': {
    rest: [
      'POST',
      '/collections/films/query',
      { filter: { Title: { _in: [{ $caseless: 'ALIEN' }, { $caseless: 'BRAZIL' }] } }, sort: [CASELESS_TITLE] },
    ],
    graphql: [
      FILTERED,
      {
        filter: { Title: { _in: [{ $caseless: 'alien' }, { $caseless: 'brazil' }] } },
        sort: [JSON.stringify(CASELESS_TITLE)],
      },
    ],
    same: page,
  },
  'records, by instants': {
    rest: [
      'GET',
      `/collections/films/records?filter=${encodeURIComponent(JSON.stringify(BEFORE_NOON))}&sort=${encodeURIComponent(JSON.stringify([BY_RELEASE]))}`,
    ],
    graphql: [FILTERED, { filter: BEFORE_NOON, sort: [JSON.stringify(BY_RELEASE)] }],
    same: page,
  },
  'records, bad instant': {
    rest: ['POST', '/collections/films/query', { filter: { released: { _gt: { $dateTime: '2026-02-30' } } } }],
    graphql: [FILTERED, { filter: { released: { _gt: { $dateTime: '2026-02-30' } } } }],
    code: 'FILTER_INVALID',
    pointer: '/released/_gt/$dateTime',
  },
  'records, bad type of a sort': {
    rest: ['POST', '/collections/films/query', { sort: [{ path: 'released', type: 'date' }] }],
    graphql: [list('sort: ["{\\"path\\":\\"released\\",\\"type\\":\\"date\\"}"]')],
    code: 'SORT_INVALID',
    pointer: '/0/type',
  },
  'records, conditions on arrays': {
    rest: ['POST', '/collections/films/query', { filter: ON_ARRAYS }],
    graphql: [FILTERED, { filter: ON_ARRAYS }],
    same: page,
  },
  'records, bad condition on elements': {
    rest: ['GET', `/collections/films/records?filter=${encodeURIComponent('{"tags":{"_every":{"a":{"_gt":[]}}}}')}`],
    graphql: [list('filter: { tags: { _every: { a: { _gt: [] } } } }')],
    code: 'FILTER_INVALID',
    pointer: '/tags/_every/a/_gt',
  },
  'records, bad size': {
    rest: ['POST', '/collections/films/query', { filter: { tags: { _size: { _in: [1, -1] } } } }],
    graphql: [list('filter: { tags: { _size: { _in: [1, -1] } } }')],
    code: 'FILTER_INVALID',
    pointer: '/tags/_size/_in/1',
  },
  'records, conditions on elements nested too deeply': {
    rest: ['POST', '/collections/films/query', { filter: { tags: nestedSome(11) } }],
    graphql: [FILTERED, { filter: { tags: nestedSome(11) } }],
    code: 'LIMIT_EXCEEDED',
    pointer: `/tags${'/_some'.repeat(11)}`,
  },
  'records, bad filter': {
    rest: ['POST', '/collections/films/query', { filter: { year: { _near: 1 } } }],
    graphql: [list('filter: { year: { _near: 1 } }')],
  },
  'records, bad sort': {
    rest: ['POST', '/collections/films/query', { sort: '$nope' }],
    graphql: [list('sort: ["$nope"]')],
  },
  'records, bad cursor': {
    rest: ['POST', '/collections/films/query', { after: 'AAAA' }],
    graphql: [list('after: "AAAA"')],
  },
  'records, too many': {
    rest: ['POST', '/collections/films/query', { limit: 100_000 }],
    graphql: [list('first: 100000')],
  },
  replaceRecord: {
    rest: ['PUT', '/collections/films/records/{0}', { data: { Title: 'Aliens' } }],
    graphql: [on('replaceRecord', 'id: $r, data: { Title: "Aliens" }', '$r: ID!'), { r: '{0}' }],
    same: first,
  },
  'replaceRecord, new': {
    rest: ['PUT', `/collections/films/records/${ABSENT}`, { data: { a: 1 } }],
    graphql: [on('replaceRecord', `id: "${ABSENT}", data: { a: 1 }`, '').replace('()', '')],
    same: first,
  },
  'replaceRecord, version': {
    rest: ['PUT', '/collections/films/records/{0}', { data: {} }, { 'if-match': '"7"' }],
    graphql: [on('replaceRecord', 'id: $r, data: {}, expectedVersion: 7', '$r: ID!'), { r: '{0}' }],
  },
  'replaceRecord, ifAbsent': {
    rest: ['PUT', '/collections/films/records/{0}', { data: {} }, { 'if-none-match': '*' }],
    graphql: [on('replaceRecord', 'id: $r, data: {}, ifAbsent: true', '$r: ID!'), { r: '{0}' }],
  },
  patchRecord: {
    rest: ['PATCH', '/collections/films/records/{0}', { data: { year: null, rating: 8 } }],
    graphql: [on('patchRecord', 'id: $r, data: { year: null, rating: 8 }', '$r: ID!'), { r: '{0}' }],
    same: first,
  },
  'patchRecord, absent': {
    rest: ['PATCH', `/collections/films/records/${ABSENT}`, { data: {} }],
    graphql: [on('patchRecord', `id: "${ABSENT}", data: {}`, '').replace('()', '')],
  },
  jsonPatchRecord: {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      [{ op: 'add', path: '/data/tags/-', value: 'x' }],
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [
      on('jsonPatchRecord', 'id: $r, operations: [{ op: "add", path: "/data/tags/-", value: "x" }]', '$r: ID!'),
      { r: '{0}' },
    ],
    same: first,
  },
  'jsonPatchRecord, bad path': {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      [{ op: 'remove', path: '/data/none' }],
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [
      on('jsonPatchRecord', 'id: $r, operations: [{ op: "remove", path: "/data/none" }]', '$r: ID!'),
      { r: '{0}' },
    ],
  },
  'jsonPatchRecord, outside data': {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      [{ op: 'replace', path: '/version', value: 9 }],
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [
      on('jsonPatchRecord', 'id: $r, operations: [{ op: "replace", path: "/version", value: 9 }]', '$r: ID!'),
      { r: '{0}' },
    ],
  },
  'jsonPatchRecord, test fails': {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      [{ op: 'test', path: '/data/year', value: 1 }],
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [
      on('jsonPatchRecord', 'id: $r, operations: [{ op: "test", path: "/data/year", value: 1 }]', '$r: ID!'),
      { r: '{0}' },
    ],
  },
  deleteRecord: {
    rest: ['DELETE', '/collections/films/records/{0}'],
    graphql: [on('deleteRecord', 'id: $r', '$r: ID!', ''), { r: '{0}' }],
    same: nothing,
  },
  'deleteRecord, version': {
    rest: ['DELETE', '/collections/films/records/{0}', undefined, { 'if-match': '"4"' }],
    graphql: [on('deleteRecord', 'id: $r, expectedVersion: 4', '$r: ID!', ''), { r: '{0}' }],
  },
  'deleteRecord, precondition required': {
    rest: ['DELETE', '/collections/strict/records/{3}'],
    graphql: ['mutation($r: ID!) { deleteRecord(collection: "strict", id: $r) }', { r: '{3}' }],
  },
  eraseRecord: {
    rest: ['POST', '/collections/films/records/{0}/erase'],
    graphql: ['mutation($r: ID!) { eraseRecord(collection: "films", id: $r) }', { r: '{0}' }],
    same: nothing,
  },
  'eraseRecord, expected version': {
    rest: ['POST', '/collections/films/records/{0}/erase', undefined, { 'if-match': '"7"' }],
    graphql: ['mutation($r: ID!) { eraseRecord(collection: "films", id: $r, expectedVersion: 7) }', { r: '{0}' }],
    code: 'VERSION_CONFLICT',
  },
  'eraseRecord, precondition required': {
    rest: ['POST', '/collections/strict/records/{3}/erase'],
    graphql: ['mutation($r: ID!) { eraseRecord(collection: "strict", id: $r) }', { r: '{3}' }],
    code: 'PRECONDITION_REQUIRED',
  },
  'eraseRecord, absent': {
    rest: ['POST', `/collections/films/records/${ABSENT}/erase`],
    graphql: [`mutation { eraseRecord(collection: "films", id: "${ABSENT}") }`],
    code: 'NOT_FOUND',
  },
  'auditCheckpoint, none yet': {
    rest: ['GET', '/audit/checkpoint'],
    graphql: ['{ auditCheckpoint { number } }'],
    code: 'NOT_FOUND',
  },
  caller: {
    rest: ['GET', '/caller'],
    graphql: ['{ caller { tenant tenantName actor credential scopes collections } }'],
    same: first,
  },
  usage: {
    rest: ['GET', '/usage'],
    graphql: [
      '{ usage { tenant collections { used limit } records { used limit } bytes { used limit } keys { used limit } indexes { used limit } } }',
    ],
    same: first,
  },
  stats: {
    rest: ['GET', '/stats'],
    graphql: [
      `{ stats {
        tenant at storage { collections records bytes largest { tenant name records bytes } }
        requests {
          count byApi { rest graphql streams } byStatus { success redirect clientError serverError aborted }
          latencyMs { p50 p95 p99 } errors { code count } operations { api name requests totalMs }
          minutes { minute requests clientErrors serverErrors p50 p95 p99 }
        }
        feed { entered lagMs { p50 p95 p99 } waiting minutes { minute entered p50 p95 p99 } }
        webhooks { active disabled lag pending dead oldestPendingAt attempts failures }
      } }`,
    ],
    same: first,
  },
  'stats, of a tenant that there is not': {
    rest: ['GET', `/stats?tenant=${ABSENT}`],
    graphql: [`{ stats(tenant: "${ABSENT}") { tenant } }`],
    code: 'NOT_FOUND',
  },
  'usage, of a tenant that there is not': {
    rest: ['GET', `/usage?tenant=${ABSENT}`],
    graphql: [`{ usage(tenant: "${ABSENT}") { tenant } }`],
    code: 'NOT_FOUND',
  },
  'auditCheckpoints, none yet': {
    rest: ['GET', '/audit/checkpoints'],
    graphql: ['{ auditCheckpoints { edges { node { number } } } }'],
    same: page,
  },
  'auditCheckpoints, bad cursor': {
    rest: ['GET', '/audit/checkpoints?after=zzz'],
    graphql: ['{ auditCheckpoints(after: "zzz") { edges { cursor } } }'],
    code: 'CURSOR_INVALID',
  },
  recordHistory: {
    rest: ['GET', '/collections/films/records/{0}/history'],
    graphql: [
      `query($r: ID!) { recordHistory(collection: "films", id: $r) { edges { node { ${VERSION} } } } }`,
      { r: '{0}' },
    ],
    same: page,
  },
  'recordHistory, absent': {
    rest: ['GET', `/collections/films/records/${ABSENT}/history`],
    graphql: [`{ recordHistory(collection: "films", id: "${ABSENT}") { edges { cursor } } }`],
  },
  restoreRecord: {
    rest: ['POST', '/collections/films/records/{0}/restore', { version: 1 }, { 'if-match': '"1"' }],
    graphql: [on('restoreRecord', 'id: $r, version: 1, expectedVersion: 1', '$r: ID!'), { r: '{0}' }],
    same: first,
  },
  'restoreRecord, no version': {
    rest: ['POST', '/collections/films/records/{0}/restore', { version: 2 }],
    graphql: [on('restoreRecord', 'id: $r, version: 2', '$r: ID!'), { r: '{0}' }],
    code: 'NOT_FOUND',
  },
  'restoreRecord, version 0': {
    rest: ['POST', '/collections/films/records/{0}/restore', { version: 0 }],
    graphql: [on('restoreRecord', 'id: $r, version: 0', '$r: ID!'), { r: '{0}' }],
    code: 'VALIDATION_FAILED',
  },
  'restoreRecord, version': {
    rest: ['POST', '/collections/films/records/{0}/restore', { version: 1 }, { 'if-match': '"2"' }],
    graphql: [on('restoreRecord', 'id: $r, version: 1, expectedVersion: 2', '$r: ID!'), { r: '{0}' }],
    code: 'VERSION_CONFLICT',
  },
  'restoreRecord, precondition required': {
    rest: ['POST', '/collections/strict/records/{3}/restore', { version: 1 }],
    graphql: ['mutation($r: ID!) { restoreRecord(collection: "strict", id: $r, version: 1) { id } }', { r: '{3}' }],
    code: 'PRECONDITION_REQUIRED',
  },
  recordVersion: {
    rest: ['GET', '/collections/films/records/{0}/history/1'],
    graphql: [`query($r: ID!) { recordVersion(collection: "films", id: $r, version: 1) { ${VERSION} } }`, { r: '{0}' }],
    same: first,
  },
  'recordVersion, absent': {
    rest: ['GET', '/collections/films/records/{0}/history/2'],
    graphql: ['query($r: ID!) { recordVersion(collection: "films", id: $r, version: 2) { type } }', { r: '{0}' }],
    code: 'NOT_FOUND',
  },
  'recordVersion, no number of one': {
    rest: ['GET', '/collections/films/records/{0}/history/0'],
    graphql: ['query($r: ID!) { recordVersion(collection: "films", id: $r, version: 0) { type } }', { r: '{0}' }],
    code: 'NOT_FOUND',
  },
  batch: batchRow(
    [
      { op: 'create', collection: 'films', data: { Title: 'Dune' }, label: 'dune' },
      { op: 'create', collection: 'films', id, data: {} },
      { op: 'patch', collection: 'films', id: { $ref: 'dune' }, data: { year: 1984 } },
      { op: 'replace', collection: 'strict', id: '{3}', data: { Title: 'Dune 2' }, expectedVersion: 1 },
      { op: 'jsonPatch', collection: 'films', id: '{0}', operations: [{ op: 'remove', path: '/data/year' }] },
      { op: 'delete', collection: 'films', id: '{1}' },
      { op: 'restore', collection: 'films', id: '{1}', version: 1 },
    ],
    true,
  ),
  'batch, empty': batchRow([], true),
  'updateRecords, by an element': filterRow('update', { filter: ON_ARRAYS, data: { seen: true } }),
  updateRecords: filterRow('update', { filter: { tags: { _contains: 'space' } }, data: { year: null, seen: true } }),
  'updateRecords, JSON Patch': filterRow('update', {
    filter: { year: { _gte: 1980 } },
    operations: [{ op: 'add', path: '/data/seen', value: true }],
  }),
  'updateRecords, all': filterRow('update', { filter: {}, data: { seen: true }, limit: 3 }),
  'updateRecords, none match': filterRow('update', { filter: { year: 1800 }, data: { seen: true } }),
  'updateRecords, too many match': filterRow(
    'update',
    { filter: {}, data: { seen: true }, limit: 2 },
    'LIMIT_EXCEEDED',
  ),
  'updateRecords, limit too large': filterRow('update', { filter: {}, data: {}, limit: 1_001 }, 'LIMIT_EXCEEDED'),
  'updateRecords, limit of zero': filterRow('update', { filter: {}, data: {}, limit: 0 }, 'VALIDATION_FAILED'),
  'updateRecords, no patch': filterRow('update', { filter: {} }, 'VALIDATION_FAILED'),
  'updateRecords, two patches': filterRow('update', { filter: {}, data: {}, operations: [] }, 'VALIDATION_FAILED'),
  'updateRecords, bad filter': filterRow('update', { filter: { year: { _near: 1 } }, data: {} }, 'FILTER_INVALID'),
  'updateRecords, filter of null': filterRow('update', { filter: 'x', data: {} }, 'FILTER_INVALID'),
  'updateRecords, foreign path': {
    ...filterRow(
      'update',
      { filter: {}, operations: [{ op: 'replace', path: '/version', value: 9 }] },
      'PATCH_INVALID',
    ),
    pointer: '/operations/0/path',
  },
  'updateRecords, test fails': filterRow(
    'update',
    { filter: {}, operations: [{ op: 'test', path: '/data/year', value: 1979 }] },
    'PATCH_TEST_FAILED',
  ),
  'updateRecords, precondition required': filterRow(
    'update',
    { collection: 'strict', filter: {}, data: {} },
    'PRECONDITION_REQUIRED',
  ),
  'updateRecords, null': filterRow('update', {
    filter: { Title: 'Alien' },
    data: { seen: true },
    graphql: { operations: null, limit: null, dryRun: null },
  }),
  'updateRecords, no collection': filterRow('update', { collection: 'nope', filter: {}, data: {} }, 'NOT_FOUND'),
  deleteRecords: filterRow('delete', { filter: { tags: { _contains: 'space' } } }),
  'deleteRecords, too many match': filterRow('delete', { filter: {}, limit: 1 }, 'LIMIT_EXCEEDED'),
  'deleteRecords, precondition required': filterRow(
    'delete',
    { collection: 'strict', filter: {} },
    'PRECONDITION_REQUIRED',
  ),
  'batch, version': batchRow(
    [
      { op: 'create', collection: 'films', data: {} },
      { op: 'delete', collection: 'films', id: '{0}', expectedVersion: 7 },
    ],
    'VERSION_CONFLICT',
  ),
  'batch, ifNoneMatch': batchRow(
    [{ op: 'replace', collection: 'films', id: '{0}', data: {}, ifNoneMatch: '*' }],
    'VERSION_CONFLICT',
  ),
  'batch, id taken': batchRow([{ op: 'create', collection: 'films', id: '{0}', data: {} }], 'ALREADY_EXISTS'),
  'batch, unknown kind': batchRow([{ op: 'upsert', collection: 'films', id: '{0}', data: {} }], 'VALIDATION_FAILED'),
  'batch, unknown reference': batchRow(
    [{ op: 'delete', collection: 'films', id: { $ref: 'nobody' } }],
    'VALIDATION_FAILED',
  ),
  'batch, no collection': batchRow([{ op: 'create', collection: 'nope', data: {} }], 'NOT_FOUND'),
  'batch, schema violated': batchRow([{ op: 'create', collection: 'strict', data: {} }], 'SCHEMA_VIOLATION'),
  'batch, precondition required': batchRow(
    [{ op: 'delete', collection: 'strict', id: '{3}' }],
    'PRECONDITION_REQUIRED',
  ),
  'batch, test fails': batchRow(
    [{ op: 'jsonPatch', collection: 'films', id: '{0}', operations: [{ op: 'test', path: '/data/year', value: 1 }] }],
    'PATCH_TEST_FAILED',
  ),
  'batch, patches too expensive': batchRow(
    Array.from({ length: 2 }, () => ({ op: 'jsonPatch', collection: 'films', id: '{0}', operations: manyMoves(300) })),
    'PATCH_TOO_EXPENSIVE',
  ),
  'batch, too many': batchRow(
    Array.from({ length: 1_001 }, () => ({ op: 'create', collection: 'films', data: {} })),
    'LIMIT_EXCEEDED',
  ),
  'createCollection, search': {
    rest: ['POST', '/collections', { name: 'x', search: SEARCH }],
    graphql: [
      `mutation($i: NewCollection!) { createCollection(input: $i) { ${COLLECTION} } }`,
      { i: { name: 'x', search: SEARCH } },
    ],
    same: ({ createCollection }) => ({ ...createCollection, search: withoutNull(createCollection.search) }),
  },
  'createCollection, search in an unknown language': {
    rest: ['POST', '/collections', { name: 'x', search: { paths: ['title'], language: 'klingon' } }],
    graphql: [
      'mutation { createCollection(input: { name: "x", search: { paths: ["title"], language: "klingon" } }) { name } }',
    ],
    code: 'VALIDATION_FAILED',
  },
  'createCollection, indexes of every kind': {
    rest: ['POST', '/collections', { name: 'x', indexes: INDEXES }],
    graphql: [
      `mutation($i: [JSON!]) { createCollection(input: { name: "x", indexes: $i }) { ${COLLECTION} } }`,
      { i: INDEXES },
    ],
    same: ({ createCollection }) => ({ ...createCollection, indexes: createCollection.indexes.map(withoutNull) }),
  },
  'createCollection, index with two types': {
    rest: ['POST', '/collections', { name: 'x', indexes: [{ path: 'a', type: 'dateTime', caseless: true }] }],
    graphql: [
      'mutation { createCollection(input: { name: "x", indexes: [{ path: "a", type: "dateTime", caseless: true }] }) { name } }',
    ],
    code: 'VALIDATION_FAILED',
  },
  'createCollection, bad index': {
    rest: ['POST', '/collections', { name: 'x', indexes: ['a..b'] }],
    graphql: ['mutation { createCollection(input: { name: "x", indexes: ["a..b"] }) { name } }'],
    code: 'SORT_INVALID',
  },
  'createCollection, too many indexes': {
    rest: ['POST', '/collections', { name: 'x', indexes: [...'abcdefghijklmnopq'] }],
    graphql: [
      'mutation($i: [JSON!]) { createCollection(input: { name: "x", indexes: $i }) { name } }',
      { i: [...'abcdefghijklmnopq'] },
    ],
    code: 'LIMIT_EXCEEDED',
  },
  'createCollection, enforce unknown': {
    rest: ['POST', '/collections', { name: 'x', enforce: 'some' }],
    graphql: ['mutation { createCollection(input: { name: "x", enforce: "some" }) { name } }'],
    code: 'VALIDATION_FAILED',
  },
  'createCollection, description too long': {
    rest: ['POST', '/collections', { name: 'x', description: 'd'.repeat(1_001) }],
    graphql: [
      'mutation($d: String) { createCollection(input: { name: "x", description: $d }) { name } }',
      { d: 'd'.repeat(1_001) },
    ],
    code: 'VALIDATION_FAILED',
  },
  'collections, page': {
    rest: ['GET', '/collections?limit=1'],
    graphql: [`{ collections(first: 1) { edges { node { ${COLLECTION} } } } }`],
    same: page,
  },
  'collections, bad cursor': {
    rest: ['GET', '/collections?after=AAAA'],
    graphql: ['{ collections(after: "AAAA") { totalCount } }'],
    code: 'CURSOR_INVALID',
  },
  'collections, too many': {
    rest: ['GET', '/collections?limit=501'],
    graphql: ['{ collections(first: 501) { totalCount } }'],
    code: 'LIMIT_EXCEEDED',
  },
  'replaceCollection, existing': {
    rest: ['PUT', '/collections/strict', { description: 'anew' }, { 'if-match': '"1"' }],
    graphql: [
      `mutation { replaceCollection(name: "strict", input: { description: "anew" }, expectedRevision: 1) { ${COLLECTION} } }`,
    ],
    same: first,
  },
  'replaceCollection, revision': {
    rest: ['PUT', '/collections/films', {}, { 'if-match': '"2"' }],
    graphql: ['mutation { replaceCollection(name: "films", input: {}, expectedRevision: 2) { name } }'],
    code: 'VERSION_CONFLICT',
  },
  'replaceCollection, revision of an absent one': {
    rest: ['PUT', '/collections/shows', {}, { 'if-match': '"1"' }],
    graphql: ['mutation { replaceCollection(name: "shows", input: {}, expectedRevision: 1) { name } }'],
    code: 'VERSION_CONFLICT',
  },
  'replaceCollection, dry run': {
    rest: ['PUT', '/collections/films?dryRun=true', { schema: { required: ['tags', 'director'] } }],
    graphql: [
      `mutation { replaceCollection(name: "films", dryRun: true, input: { schema: { required: ["tags", "director"] } }) { ${COLLECTION} breaking { count ids } dangling { path collection count ids } duplicates { index count samples { values ids } } } }`,
    ],
    same: first,
  },
  'replaceCollection, incompatible': {
    rest: ['PUT', '/collections/films', { schema: { required: ['director'] } }],
    graphql: ['mutation { replaceCollection(name: "films", input: { schema: { required: ["director"] } }) { name } }'],
    code: 'SCHEMA_INCOMPATIBLE',
  },
  'updateCollection, incompatible, enforced for new records': {
    rest: ['PATCH', '/collections/films', { schema: { required: ['director'] }, enforce: 'new' }],
    graphql: [
      `mutation { updateCollection(name: "films", input: { schema: { required: ["director"] }, enforce: "new" }) { ${COLLECTION} } }`,
    ],
    same: first,
  },
  'updateCollection, clearing': {
    rest: ['PATCH', '/collections/strict', { schema: null, description: null }],
    graphql: [
      `mutation { updateCollection(name: "strict", input: { schema: null, description: null }) { ${COLLECTION} } }`,
    ],
    same: first,
  },
  'updateCollection, absent': {
    rest: ['PATCH', '/collections/nope', {}],
    graphql: ['mutation { updateCollection(name: "nope", input: {}) { name } }'],
    code: 'NOT_FOUND',
  },
  'updateCollection, schema invalid': {
    rest: ['PATCH', '/collections/films', { schema: { type: 'nonsense' } }],
    graphql: ['mutation { updateCollection(name: "films", input: { schema: { type: "nonsense" } }) { name } }'],
    code: 'SCHEMA_INVALID',
  },
  'deleteCollection, revision': {
    rest: ['DELETE', '/collections/films?cascade=true', undefined, { 'if-match': '"3"' }],
    graphql: ['mutation { deleteCollection(name: "films", cascade: true, expectedRevision: 3) }'],
    code: 'VERSION_CONFLICT',
  },
  'deleteCollection, absent': {
    rest: ['DELETE', '/collections/nope'],
    graphql: ['mutation { deleteCollection(name: "nope") }'],
    code: 'NOT_FOUND',
  },
  'createRecord, id taken': {
    rest: ['POST', '/collections/films/records', { id: '{0}', data: {} }],
    graphql: [on('createRecord', 'data: {}, id: $r', '$r: ID'), { r: '{0}' }],
    code: 'ALREADY_EXISTS',
  },
  'createRecord, not exact, as a variable': {
    rest: ['POST', '/collections/films/records', { data: { n: 'a\0b' } }],
    graphql: [on('createRecord', 'data: $d', '$d: JSONObject!'), { d: { n: 'a\0b' } }],
    code: 'JSON_NOT_EXACT',
  },
  'createRecord, a large integer that is a double': {
    rest: ['POST', '/collections/films/records', { data: { n: 2 ** 53 + 2, m: 1e20 } }],
    graphql: [on('createRecord', 'data: $d', '$d: JSONObject!'), { d: { n: 2 ** 53 + 2, m: 1e20 } }],
    same: first,
  },
  'updateTenant, null that clears nothing': {
    rest: ['PATCH', '/tenants/{4}', { name: null }],
    graphql: ['mutation($t: ID!) { updateTenant(id: $t, input: { name: null }) { id } }', { t: '{4}' }],
    code: 'VALIDATION_FAILED',
    pointer: '/name',
  },
  'replayWebhook, null for a cursor': {
    rest: ['POST', '/webhooks/{6}/replay', { after: null }],
    graphql: ['mutation($w: ID!) { replayWebhook(id: $w, input: { after: null }) { dead } }', { w: '{6}' }],
    code: 'VALIDATION_FAILED',
    pointer: '/after',
  },
  'createRecord, schema violated by a number': {
    rest: ['POST', '/collections/strict/records', { data: { Title: 'x', year: 1.5 } }],
    graphql: [
      'mutation($d: JSONObject!) { createRecord(collection: "strict", data: $d) { id } }',
      { d: { Title: 'x', year: 1.5 } },
    ],
    code: 'SCHEMA_VIOLATION',
  },
  'records, a limit of the filter': {
    rest: ['POST', '/collections/films/query', { filter: { year: { _in: Array.from({ length: 501 }, (_, n) => n) } } }],
    graphql: [
      'query($f: JSON) { records(collection: "films", filter: $f) { totalCount } }',
      { f: { year: { _in: Array.from({ length: 501 }, (_, n) => n) } } },
    ],
    code: 'LIMIT_EXCEEDED',
  },
  'records, limit below 0': {
    rest: ['POST', '/collections/films/query', { limit: -1 }],
    graphql: [list('first: -1')],
    code: 'VALIDATION_FAILED',
  },
  'records, no collection': {
    rest: ['GET', '/collections/nope/records'],
    graphql: ['{ records(collection: "nope") { totalCount } }'],
    code: 'NOT_FOUND',
  },
  'replaceRecord, expected version': {
    rest: ['PUT', '/collections/strict/records/{3}', { data: { Title: 'Dune 2' } }, { 'if-match': '"1"' }],
    graphql: [
      `mutation($r: ID!) { replaceRecord(collection: "strict", id: $r, data: { Title: "Dune 2" }, expectedVersion: 1) { ${RECORD} } }`,
      { r: '{3}' },
    ],
    same: first,
  },
  'replaceRecord, schema violated': {
    rest: ['PUT', '/collections/strict/records/{3}', { data: {} }, { 'if-match': '"1"' }],
    graphql: [
      'mutation($r: ID!) { replaceRecord(collection: "strict", id: $r, data: {}, expectedVersion: 1) { id } }',
      { r: '{3}' },
    ],
    code: 'SCHEMA_VIOLATION',
  },
  'replaceRecord, precondition required': {
    rest: ['PUT', '/collections/strict/records/{3}', { data: { Title: 'x' } }],
    graphql: [
      'mutation($r: ID!) { replaceRecord(collection: "strict", id: $r, data: { Title: "x" }) { id } }',
      { r: '{3}' },
    ],
    code: 'PRECONDITION_REQUIRED',
  },
  'replaceRecord, version of an absent one': {
    rest: ['PUT', `/collections/films/records/${ABSENT}`, { data: {} }, { 'if-match': '"1"' }],
    graphql: [`mutation { replaceRecord(collection: "films", id: "${ABSENT}", data: {}, expectedVersion: 1) { id } }`],
    code: 'VERSION_CONFLICT',
  },
  'patchRecord, version': {
    rest: ['PATCH', '/collections/films/records/{0}', { data: {} }, { 'if-match': '"2"' }],
    graphql: [on('patchRecord', 'id: $r, data: {}, expectedVersion: 2', '$r: ID!'), { r: '{0}' }],
    code: 'VERSION_CONFLICT',
  },
  'patchRecord, schema violated': {
    rest: ['PATCH', '/collections/strict/records/{3}', { data: { Title: null } }, { 'if-match': '"1"' }],
    graphql: [
      'mutation($r: ID!) { patchRecord(collection: "strict", id: $r, data: { Title: null }, expectedVersion: 1) { id } }',
      { r: '{3}' },
    ],
    code: 'SCHEMA_VIOLATION',
  },
  'jsonPatchRecord, version': {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      [],
      { 'content-type': 'application/json-patch+json', 'if-match': '"2"' },
    ],
    graphql: [on('jsonPatchRecord', 'id: $r, operations: [], expectedVersion: 2', '$r: ID!'), { r: '{0}' }],
    code: 'VERSION_CONFLICT',
  },
  'jsonPatchRecord, too expensive': {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      manyMoves(900),
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [on('jsonPatchRecord', 'id: $r, operations: $o', '$r: ID!, $o: JSON!'), { r: '{0}', o: manyMoves(900) }],
    code: 'PATCH_TOO_EXPENSIVE',
  },
  'jsonPatchRecord, absent': {
    rest: ['PATCH', `/collections/films/records/${ABSENT}`, [], { 'content-type': 'application/json-patch+json' }],
    graphql: [`mutation { jsonPatchRecord(collection: "films", id: "${ABSENT}", operations: []) { id } }`],
    code: 'NOT_FOUND',
  },
  'jsonPatchRecord, no list': {
    rest: ['PATCH', '/collections/films/records/{0}', { op: 'add' }, { 'content-type': 'application/json-patch+json' }],
    graphql: [on('jsonPatchRecord', 'id: $r, operations: { op: "add" }', '$r: ID!'), { r: '{0}' }],
    code: 'PATCH_INVALID',
  },
  'deleteRecord, absent': {
    rest: ['DELETE', `/collections/films/records/${ABSENT}`],
    graphql: [`mutation { deleteRecord(collection: "films", id: "${ABSENT}") }`],
    code: 'NOT_FOUND',
  },
  'createRecord, with a key': { ...makesDune, key: '"dune"', same: first },
  'createRecord, sent again with its key': { ...makesDune, key: '"dune"', earlier: makesDune, same: first },
  'deleteRecord, sent again with its key': { ...deletes, key: 'gone', earlier: deletes, same: nothing },
  'deleteRecord, sent again without a key': { ...deletes, earlier: deletes, code: 'NOT_FOUND' },
  'deleteRecord, with the key of another': {
    ...deletes,
    key: '"dune"',
    earlier: makesDune,
    code: 'IDEMPOTENCY_MISMATCH',
  },
  'createRecord, with a key that is none': { ...makesDune, key: '""', code: 'IDEMPOTENCY_KEY_INVALID' },
  'recordHistory, bad cursor': {
    rest: ['GET', '/collections/films/records/{0}/history?after=zzz'],
    graphql: [
      'query($r: ID!) { recordHistory(collection: "films", id: $r, after: "zzz") { edges { cursor } } }',
      { r: '{0}' },
    ],
    code: 'CURSOR_INVALID',
  },
  changes: {
    rest: ['GET', '/changes?after=earliest&collection=films&limit=2'],
    graphql: [`{ changes(after: "earliest", collection: "films", first: 2) { items { ${CHANGE} } hasMore } }`],
    same: changed,
  },
  'changes, filter': {
    rest: ['GET', `/changes?after=earliest&filter=${encodeURIComponent('{"year":{"_gt":1980}}')}`],
    graphql: [`{ changes(after: "earliest", filter: { year: { _gt: 1980 } }) { items { ${CHANGE} } hasMore } }`],
    same: changed,
  },
  'changes, filter on elements': {
    rest: ['GET', `/changes?after=earliest&filter=${encodeURIComponent(JSON.stringify(ON_ARRAYS))}`],
    graphql: [
      `query($filter: JSON) { changes(after: "earliest", filter: $filter) { items { ${CHANGE} } hasMore } }`,
      { filter: ON_ARRAYS },
    ],
    same: changed,
  },
  'changes, from now': {
    rest: ['GET', '/changes'],
    graphql: ['{ changes { items { type } hasMore } }'],
    same: changed,
  },
  'changes, cursor invalid': {
    rest: ['GET', '/changes?after=nonsense'],
    graphql: ['{ changes(after: "nonsense") { hasMore } }'],
    code: 'CURSOR_INVALID',
  },
  'changes, filter invalid': {
    rest: ['GET', `/changes?filter=${encodeURIComponent('{"year":{"_no":1}}')}`],
    graphql: ['{ changes(filter: { year: { _no: 1 } }) { hasMore } }'],
    code: 'FILTER_INVALID',
  },
  'changes, newest first': {
    rest: ['GET', '/changes?order=desc&limit=2'],
    graphql: [`{ changes(order: "desc", first: 2) { items { ${CHANGE} } } }`],
    same: changed,
  },
  'changes, order null': {
    rest: ['GET', '/changes?after=earliest'],
    graphql: [`query($o: String) { changes(after: "earliest", order: $o) { items { ${CHANGE} } } }`, { o: null }],
    same: changed,
  },
  'changes, order invalid': {
    rest: ['GET', '/changes?order=newest'],
    graphql: ['{ changes(order: "newest") { hasMore } }'],
    code: 'VALIDATION_FAILED',
    pointer: '/order',
  },
  'changes, newest first from the earliest': {
    rest: ['GET', '/changes?order=desc&after=earliest'],
    graphql: ['{ changes(order: "desc", after: "earliest") { hasMore } }'],
    code: 'VALIDATION_FAILED',
    pointer: '/after',
  },
  'changes, no collection': {
    rest: ['GET', '/changes?collection=nope'],
    graphql: ['{ changes(collection: "nope") { hasMore } }'],
    code: 'NOT_FOUND',
  },
  tenant: {
    rest: ['GET', '/tenants/{4}'],
    graphql: [`query($t: ID!) { tenant(id: $t) { ${TENANT} } }`, { t: '{4}' }],
    same: first,
  },
  'tenant, absent': {
    rest: ['GET', `/tenants/${ABSENT}`],
    graphql: [`{ tenant(id: "${ABSENT}") { id } }`],
    code: 'NOT_FOUND',
  },
  'tenant, no id': { rest: ['GET', '/tenants/acme'], graphql: ['{ tenant(id: "acme") { id } }'], code: 'NOT_FOUND' },
  tenants: {
    rest: ['GET', '/tenants?limit=1'],
    graphql: [`{ tenants(first: 1) { edges { node { ${TENANT} } } } }`],
    same: page,
  },
  'tenants, bad cursor': {
    rest: ['GET', '/tenants?after=x'],
    graphql: ['{ tenants(after: "x") { totalCount } }'],
    code: 'CURSOR_INVALID',
  },
  'createTenant, name taken': {
    rest: ['POST', '/tenants', { name: 'default' }],
    graphql: ['mutation { createTenant(input: { name: "default" }) { id } }'],
    code: 'ALREADY_EXISTS',
  },
  'createTenant, no name': {
    rest: ['POST', '/tenants', { name: ' ' }],
    graphql: ['mutation { createTenant(input: { name: " " }) { id } }'],
    code: 'VALIDATION_FAILED',
  },
  updateTenant: {
    rest: ['PATCH', '/tenants/{4}', { suspended: true }, { 'if-match': '"1"' }],
    graphql: [
      `mutation($t: ID!) { updateTenant(id: $t, input: { suspended: true }, expectedRevision: 1) { ${TENANT} } }`,
      { t: '{4}' },
    ],
    same: first,
  },
  'updateTenant, expected revision': {
    rest: ['PATCH', '/tenants/{4}', {}, { 'if-match': '"7"' }],
    graphql: ['mutation($t: ID!) { updateTenant(id: $t, input: {}, expectedRevision: 7) { id } }', { t: '{4}' }],
    code: 'VERSION_CONFLICT',
  },
  'updateTenant, name taken': {
    rest: ['PATCH', '/tenants/{4}', { name: 'default' }],
    graphql: ['mutation($t: ID!) { updateTenant(id: $t, input: { name: "default" }) { id } }', { t: '{4}' }],
    code: 'ALREADY_EXISTS',
  },
  deleteTenant: {
    rest: ['DELETE', '/tenants/{4}'],
    graphql: [`mutation($t: ID!) { deleteTenant(id: $t) { ${TENANT} } }`, { t: '{4}' }],
    same: first,
  },
  apiKey: {
    rest: ['GET', '/api-keys/{5}'],
    graphql: [`query($k: ID!) { apiKey(id: $k) { ${KEY} } }`, { k: '{5}' }],
    same: first,
  },
  'apiKey, absent': { rest: ['GET', '/api-keys/x'], graphql: ['{ apiKey(id: "x") { id } }'], code: 'NOT_FOUND' },
  'apiKey, of no tenant': {
    rest: ['GET', `/api-keys/{5}?tenant=${ABSENT}`],
    graphql: [`query($k: ID!) { apiKey(id: $k, tenant: "${ABSENT}") { id } }`, { k: '{5}' }],
    code: 'NOT_FOUND',
  },
  apiKeys: { rest: ['GET', '/api-keys'], graphql: [`{ apiKeys { edges { node { ${KEY} } } } }`], same: page },
  'apiKeys, of another tenant': {
    rest: ['GET', '/api-keys?tenant={4}'],
    graphql: [`query($t: ID!) { apiKeys(tenant: $t) { edges { node { ${KEY} } } } }`, { t: '{4}' }],
    same: page,
  },
  createApiKey: {
    rest: ['POST', '/api-keys', { name: 'shop', scopes: ['records:read'], collections: ['films'], expiresAt: LATER }],
    graphql: [
      `mutation { createApiKey(input: { name: "shop", scopes: ["records:read"], collections: ["films"], expiresAt: "${LATER}" }) { ${KEY} token } }`,
    ],
    same: first,
  },
  'createApiKey, unknown scope': {
    rest: ['POST', '/api-keys', { name: 'shop', scopes: ['all'] }],
    graphql: ['mutation { createApiKey(input: { name: "shop", scopes: ["all"] }) { id } }'],
    code: 'VALIDATION_FAILED',
  },
  'createApiKey, expired': {
    rest: ['POST', '/api-keys', { name: 'shop', scopes: ['records:read'], expiresAt: EARLIER }],
    graphql: [
      `mutation { createApiKey(input: { name: "shop", scopes: ["records:read"], expiresAt: "${EARLIER}" }) { id } }`,
    ],
    code: 'VALIDATION_FAILED',
  },
  'createApiKey, operator of a tenant': {
    rest: ['POST', '/api-keys', { name: 'shop', scopes: ['operator'] }],
    graphql: ['mutation { createApiKey(input: { name: "shop", scopes: ["operator"] }) { id } }'],
    code: 'FORBIDDEN',
  },
  rotateApiKey: {
    rest: ['POST', '/api-keys/{5}/rotate', { overlapSeconds: 60 }],
    graphql: [
      `mutation($k: ID!) { rotateApiKey(id: $k, input: { overlapSeconds: 60 }) { ${KEY} token } }`,
      { k: '{5}' },
    ],
    same: first,
  },
  'rotateApiKey, overlap too long': {
    rest: ['POST', '/api-keys/{5}/rotate', { overlapSeconds: 9_999_999 }],
    graphql: ['mutation($k: ID!) { rotateApiKey(id: $k, input: { overlapSeconds: 9999999 }) { id } }', { k: '{5}' }],
    code: 'VALIDATION_FAILED',
  },
  revokeApiKey: {
    rest: ['DELETE', '/api-keys/{5}'],
    graphql: ['mutation($k: ID!) { revokeApiKey(id: $k) }', { k: '{5}' }],
    same: nothing,
  },
  'revokeApiKey, absent': {
    rest: ['DELETE', '/api-keys/x'],
    graphql: ['mutation { revokeApiKey(id: "x") }'],
    code: 'NOT_FOUND',
  },
  'changes, too many': {
    rest: ['GET', '/changes?limit=501'],
    graphql: ['{ changes(first: 501) { hasMore } }'],
    code: 'LIMIT_EXCEEDED',
  },
  ...webhookRows,
};

/** Has no effect on records without the member `meta`. */
const DEFAULTS = {
  properties: {
    meta: {
      properties: {
        at: { type: 'string', format: 'date-time', 'x-haven-default': '$now' },
        id: { type: 'string', format: 'uuid', 'x-haven-default': '$uuid' },
        by: { type: 'string', 'x-haven-default': '$principal' },
        n: { type: 'integer', 'x-haven-default': 1 },
      },
    },
  },
};

/** Operations on a collection with unique indexes. */
const keyedRows: Record<string, Row> = {
  recordBy: {
    rest: ['GET', `${KEYED}/a`],
    graphql: [`{ recordBy(collection: "keyed", index: "code", value: "a") { ${RECORD} } }`],
    same: first,
  },
  'recordBy, several members': {
    rest: ['GET', '/collections/keyed/records/by/x,y/%5B1,%22b%22%5D?valueType=json'],
    graphql: [`{ recordBy(collection: "keyed", index: "x,y", value: [1, "b"]) { ${RECORD} } }`],
    same: first,
  },
  'recordBy, absent': {
    rest: ['GET', `${KEYED}/z`],
    graphql: ['{ recordBy(collection: "keyed", index: "code", value: "z") { id } }'],
    code: 'NOT_FOUND',
  },
  'recordBy, no such index': {
    rest: ['GET', '/collections/keyed/records/by/n/z'],
    graphql: ['{ recordBy(collection: "keyed", index: "n", value: "z") { id } }'],
    code: 'NOT_FOUND',
  },
  'recordBy, expand no reference': {
    rest: ['GET', `${KEYED}/a?expand=n`],
    graphql: ['{ recordBy(collection: "keyed", index: "code", value: "a", expand: ["n"]) { id } }'],
    code: 'VALIDATION_FAILED',
    pointer: '/expand',
  },
  'recordBy, null': {
    rest: ['GET', `${KEYED}/null?valueType=json`],
    graphql: ['query($v: JSON!) { recordBy(collection: "keyed", index: "x,y", value: $v) { id } }', { v: [null, 1] }],
    code: 'VALIDATION_FAILED',
    pointer: '/value',
  },
  upsertRecord: {
    rest: ['PUT', `${KEYED}/a`, { data: { n: 2 } }],
    graphql: [onKeyed('upsertRecord', 'data: { n: 2 }')],
    same: first,
  },
  'upsertRecord, new': {
    rest: ['PUT', `${KEYED}/new`, { data: { n: 2 } }],
    graphql: [onKeyed('upsertRecord', 'data: { n: 2 }').replace('"a"', '"new"')],
    same: first,
  },
  'upsertRecord, another value': {
    rest: ['PUT', `${KEYED}/a`, { data: { code: 'b' } }],
    graphql: [onKeyed('upsertRecord', 'data: { code: "b" }')],
    code: 'VALIDATION_FAILED',
    pointer: '/data/code',
  },
  'upsertRecord, ifAbsent': {
    rest: ['PUT', `${KEYED}/a`, { data: {} }, { 'if-none-match': '*' }],
    graphql: [onKeyed('upsertRecord', 'data: {}, ifAbsent: true')],
    code: 'VERSION_CONFLICT',
  },
  'upsertRecord, value of another index taken': {
    rest: ['PUT', `${KEYED}/a`, { data: { x: 1, y: 'b' } }],
    graphql: [onKeyed('upsertRecord', 'data: { x: 1, y: "b" }')],
    code: 'UNIQUE_VIOLATION',
    pointer: '/data/x',
  },
  patchRecordBy: {
    rest: ['PATCH', `${KEYED}/a`, { data: { code: 'c' } }],
    graphql: [onKeyed('patchRecordBy', 'data: { code: "c" }')],
    same: first,
  },
  'patchRecordBy, version': {
    rest: ['PATCH', `${KEYED}/a`, { data: {} }, { 'if-match': '"7"' }],
    graphql: [onKeyed('patchRecordBy', 'data: {}, expectedVersion: 7')],
    code: 'VERSION_CONFLICT',
  },
  jsonPatchRecordBy: {
    rest: [
      'PATCH',
      `${KEYED}/a`,
      [{ op: 'remove', path: '/data/n' }],
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [onKeyed('jsonPatchRecordBy', 'operations: [{ op: "remove", path: "/data/n" }]')],
    same: first,
  },
  'deleteRecordBy, version': {
    rest: ['DELETE', `${KEYED}/a`, undefined, { 'if-match': '"7"' }],
    graphql: [onKeyed('deleteRecordBy', 'expectedVersion: 7', '')],
    code: 'VERSION_CONFLICT',
  },
  deleteRecordBy: {
    rest: ['DELETE', `${KEYED}/a`],
    graphql: [onKeyed('deleteRecordBy', '', '')],
    same: nothing,
  },
  'createRecord, value taken': {
    rest: ['POST', '/collections/keyed/records', { data: { code: 'a' } }],
    graphql: ['mutation { createRecord(collection: "keyed", data: { code: "a" }) { id } }'],
    code: 'UNIQUE_VIOLATION',
    pointer: '/data/code',
  },
  'createRecord, defaults': {
    rest: ['POST', '/collections/keyed/records', { data: { meta: {} } }],
    graphql: [`mutation { createRecord(collection: "keyed", data: { meta: {} }) { ${RECORD} } }`],
    same: first,
  },
  'createRecord, default beside null': {
    rest: ['POST', '/collections/keyed/records', { data: { meta: { n: null } } }],
    graphql: ['mutation { createRecord(collection: "keyed", data: { meta: { n: null } }) { id } }'],
    code: 'SCHEMA_VIOLATION',
    pointer: '/data/meta/n',
  },
  'upsertRecord, defaults': {
    rest: ['PUT', `${KEYED}/a`, { data: { meta: {} } }],
    graphql: [onKeyed('upsertRecord', 'data: { meta: {} }')],
    same: first,
  },
  'batch, defaults': batchRow([{ op: 'create', collection: 'keyed', data: { meta: {} } }], true),
  'updateCollection, default that is not allowed': {
    rest: ['PATCH', '/collections/keyed', { schema: { properties: { a: { 'x-haven-default': '$later' } } } }],
    graphql: [
      'mutation($s: JSONObject) { updateCollection(name: "keyed", input: { schema: $s }) { name } }',
      { s: { properties: { a: { 'x-haven-default': '$later' } } } },
    ],
    code: 'SCHEMA_INVALID',
    pointer: '/schema/properties/a/x-haven-default',
  },
  'batch, value taken': batchRow([{ op: 'create', collection: 'keyed', data: { code: 'a' } }], 'UNIQUE_VIOLATION'),
  'updateCollection, duplicates': {
    rest: ['PATCH', '/collections/keyed', { indexes: [{ path: 'n', unique: true }] }],
    graphql: [
      'mutation { updateCollection(name: "keyed", input: { indexes: [{ path: "n", unique: true }] }) { name } }',
    ],
    code: 'UNIQUE_VIOLATION',
    pointer: '/indexes',
  },
  'updateCollection, dry run with duplicates': {
    rest: ['PATCH', '/collections/keyed?dryRun=true', { indexes: [{ path: 'n', unique: true }] }],
    graphql: [
      `mutation { updateCollection(name: "keyed", dryRun: true, input: { indexes: [{ path: "n", unique: true }] }) {
        ${COLLECTION} breaking { count ids } dangling { path collection count ids } duplicates { index count samples { values ids } } } }`,
    ],
    same: ({ updateCollection }) => ({ ...updateCollection, indexes: updateCollection.indexes.map(withoutNull) }),
  },
};

describe.each([
  ['each operation', Object.entries({ ...rows, ...refusedSearchRows }), false],
  ['each operation on unique values', Object.entries(keyedRows), true],
  ['each aggregate', Object.entries(aggregateRows), true],
  ['each operation on references', Object.entries(referenceRows(COLLECTION)), true],
  ['each operation of a typed field', Object.entries(typedRows), true],
  ['each search', Object.entries(searchRows), 'searched'],
] as const)('%s has the same effect and result in REST and GraphQL', (_what, entries, isKeyed) => {
  /** Two tenants with the same content: one for REST, one for GraphQL. */
  let sides: [Side, Side] | undefined;

  beforeAll(() => (sides = undefined));

  it.each(entries)('%s', async (_name, row) => {
    const both = sides ?? (await Promise.all([prepared(isKeyed), prepared(isKeyed)]));
    sides = undefined;
    const send = (one: Row) => Promise.all([outcomeByRest(both[0], one), outcomeByGraphql(both[1], one)]);
    const before = both[0].left;
    const dryRun = row.key === undefined && !row.earlier ? dryRunOf(row, await fieldsWithDryRun()) : undefined;
    const dry = dryRun && (await send(dryRun));
    const [byRest, byGraphql] = await send(row);
    // If a row changed nothing, the next row can use the same two tenants.
    if (row.key === undefined && isDeepStrictEqual([byRest.left, byGraphql.left], [before, before])) sides = both;
    if (dry) {
      const { dryRun: report, ...response } = dry[0].response as { dryRun?: object };
      expect(dry[1]).toEqual(dry[0]);
      expect([response, dry[0].left]).toEqual([byRest.response, before]);
      expect(report !== undefined, JSON.stringify(response)).toBe(row.same !== undefined);
    }
    expect(byGraphql).toEqual(byRest);
    expect('data' in byRest.response, JSON.stringify(byRest.response)).toBe(row.same !== undefined);
    if (row.code) expect(byRest.response).toMatchObject({ code: row.code });
    if (row.pointer !== undefined) expect(byRest.response).toMatchObject({ pointer: row.pointer });
  });
});

async function outcomeByRest(side: Side, row: Row): Promise<Outcome> {
  const send = (operation: Row['rest']): Promise<ApiResponse> => {
    const [method, path, body, headers] = filled(operation, side.ids);
    return haven.rest(method, path, body, { ...headers, ...keyOf(row), ...side.as });
  };
  if (isOfFeed(row)) await inFeed(side);
  if (row.earlier) await send(row.earlier.rest);
  const { status, body } = await send(row.rest);
  return outcome(side, status < 400 ? successOf(body) : { code: body.code, status, ...placeOf(row, body) });
}

/** Separates the report of a dry run from the rest of a body, which is empty if the real response has none. */
function successOf(body: any): object {
  if (body?.dryRun === undefined) return { data: body.items ?? body };
  const { dryRun, ...data } = body;
  return { data: Object.keys(data).length === 0 ? nothing() : data, dryRun };
}

async function outcomeByGraphql(side: Side, row: Row): Promise<Outcome> {
  const send = ([query, variables]: Row['graphql']): Promise<ApiResponse> =>
    haven.graphql(query, filled(variables, side.ids), { ...keyOf(row), ...side.as });
  if (isOfFeed(row)) await inFeed(side);
  if (row.earlier) await send(row.earlier.graphql);
  const { body } = await send(row.graphql);
  const error = body.errors?.[0]?.extensions;
  return outcome(
    side,
    error
      ? { code: error.code, status: error.status, ...placeOf(row, error) }
      : { data: row.same?.(body.data), ...(body.extensions?.dryRun && { dryRun: first(body.extensions.dryRun) }) },
  );
}

/** Returns the mutations with the argument `dryRun` whose real response has the same type as that of the dry run. */
let mutations: Promise<string[]> | undefined;
function fieldsWithDryRun(): Promise<string[]> {
  mutations ??= haven.graphql('{ __schema { mutationType { fields { name args { name } } } } }').then(({ body }) =>
    body.data.__schema.mutationType.fields
      .filter(({ args }: any) => args.some(({ name }: any) => name === 'dryRun'))
      .map(({ name }: any) => name)
      .filter((name: string) => !/^(replace|update)Collection$/.test(name)),
  );
  return mutations;
}

/** Returns the dry run of an operation, if it has one. */
function dryRunOf(row: Row, fields: readonly string[]): Row | undefined {
  const [method, path, ...rest] = row.rest;
  const [query, ...variables] = row.graphql;
  const field = /^mutation[^{]*\{\s*(\w+)\(/.exec(query)?.[1] ?? '';
  if (!fields.includes(field) || query.includes('dryRun')) return undefined;
  return {
    ...row,
    rest: [method, `${path}${path.includes('?') ? '&' : '?'}dryRun=true`, ...rest],
    graphql: [query.replace(`${field}(`, `${field}(dryRun: true, `), ...variables],
  };
}

const keyOf = (row: Row): Record<string, string> => (row.key === undefined ? {} : { 'idempotency-key': row.key });

it('has the same pages, with cursors that both APIs accept, in both directions', async () => {
  await enterPrepared();
  const rest = await haven.rest('POST', '/collections/films/query', { sort: 'Title', limit: 1 });
  const next = await haven.graphql(list(`sort: ["Title"], first: 1, after: "${rest.body.nextCursor}"`));
  const { edges, pageInfo } = next.body.data.records;
  expect(edges[0].node.data.Title).toBe('Brazil');
  expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  const back = await haven.rest('POST', '/collections/films/query', {
    sort: 'Title',
    limit: 1,
    before: pageInfo.startCursor,
  });
  expect(back.body.items[0].data.Title).toBe('Alien');
  const last = await haven.rest('GET', `/collections/films/records?sort=Title&limit=1&after=${pageInfo.endCursor}`);
  expect(last.body.items[0].data.Title).toBe('Contact');
  expect(last.body.nextCursor).toBeNull();
});

it('returns the same cursors from both APIs', async () => {
  await enterPrepared();
  const rest = await haven.rest('GET', '/collections/films/records?sort=-year&limit=2');
  const graphql = await haven.graphql(list('sort: ["-year"], first: 2'));
  expect(graphql.body.data.records.pageInfo.endCursor).toBe(rest.body.nextCursor);
  const after = await haven.rest('GET', `/collections/films/records?sort=-year&limit=2&after=${rest.body.nextCursor}`);
  const last = await haven.graphql(list(`sort: ["-year"], last: 2, before: "${after.body.previousCursor}"`));
  expect(page(last.body.data)).toEqual(rest.body.items);
  expect(last.body.data.records.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
  const collections = await haven.graphql('{ collections(first: 1) { pageInfo { endCursor } } }');
  expect(collections.body.data.collections.pageInfo.endCursor).toBe(
    (await haven.rest('GET', '/collections?limit=1')).body.nextCursor,
  );
});

it('returns the same history of a record: as a page, as a field of the query and as a field of the record', async () => {
  const [record] = await enterPrepared();
  for (const n of [1, 2, 3]) await haven.rest('PATCH', `/collections/films/records/${record}`, { data: { n } });
  const { body } = await haven.rest('GET', `/collections/films/records/${record}/history?limit=2`);
  const select = `(first: 2) { edges { node { ${VERSION} } } pageInfo { endCursor hasNextPage } }`;
  const field = await haven.graphql(
    `{ recordHistory${select.replace('(', `(collection: "films", id: "${record}", `)} }`,
  );
  expect(page(field.body.data)).toEqual(body.items);
  expect(field.body.data.recordHistory.pageInfo).toEqual({ endCursor: body.nextCursor, hasNextPage: true });
  const nested = await haven.graphql(`{ record(collection: "films", id: "${record}") { history${select} } }`);
  expect(nested.body.errors).toBeUndefined();
  expect(nested.body.data.record.history).toEqual(field.body.data.recordHistory);
});

it('returns the same past, with cursors that both APIs accept', async () => {
  const [record] = await enterPrepared();
  const { updatedAt: asOf } = (await haven.rest('GET', '/collections/films/records?limit=1')).body.items[0];
  const before = await haven.rest('POST', '/collections/films/query', { asOf, sort: 'Title', limit: 1 });
  await haven.rest('DELETE', `/collections/films/records/${record}`);
  expect(before.body.items[0].data.Title).toBe('Alien');
  const next = await haven.graphql(
    list(`asOf: "${asOf}", sort: ["Title"], first: 1, after: "${before.body.nextCursor}"`),
  );
  expect(next.body.data.records.edges[0].node.data.Title).toBe('Brazil');
  const { startCursor } = next.body.data.records.pageInfo;
  const back = await haven.rest(
    'GET',
    `/collections/films/records?asOf=${asOf}&sort=Title&limit=1&before=${startCursor}`,
  );
  expect(back.body.items).toEqual(before.body.items);
});

it('reports the current version on a conflict in both APIs', async () => {
  const [record] = await enterPrepared();
  const rest = await haven.rest('DELETE', `/collections/films/records/${record}`, undefined, { 'if-match': '"7"' });
  const graphql = await haven.graphql(
    `mutation { deleteRecord(collection: "films", id: "${record}", expectedVersion: 7) }`,
  );
  expect([rest.body.current, graphql.body.errors[0].extensions.current]).toEqual([1, 1]);
  expect(graphql.body.errors[0].message).toBe(rest.body.detail);
});

it('returns the same counts', async () => {
  await enterPrepared();
  const rest = await haven.rest('POST', '/collections/films/query', {
    filter: { tags: { _contains: 'space' } },
    count: 'exact',
  });
  const graphql = await haven.graphql(
    '{ records(collection: "films", filter: { tags: { _contains: "space" } }, first: 1) { totalCount } }',
  );
  expect(rest.body.total).toBe(2);
  expect(graphql.body.data.records.totalCount).toBe(2);
});

/** Returns a row that sends a batch through both APIs. `outcome` is the expected error code, or true for success. */
/** Operations of a JSON Patch that create a long array and then move its last element to its start `count` times. */
function manyMoves(count: number): object[] {
  const move = { op: 'move', from: '/data/list/7999', path: '/data/list/0' };
  return [{ op: 'add', path: '/data/list', value: Array(8_000).fill(0) }, ...Array<object>(count).fill(move)];
}

function batchRow(operations: object[], outcome: ErrorCode | true): Row {
  return {
    rest: ['POST', '/batch', { operations }],
    graphql: [`mutation($o: [BatchOperation!]!) { batch(operations: $o) { ${BATCH} } }`, { o: operations }],
    ...(outcome === true ? { same: first } : { code: outcome }),
  };
}

/** Returns a row that changes records by filter through both APIs. `graphql` are arguments that only GraphQL gets. */
function filterRow(
  verb: 'update' | 'delete',
  { collection = 'films', graphql = {}, ...input }: { collection?: string; graphql?: object; [name: string]: unknown },
  code?: ErrorCode,
): Row {
  const types = { filter: 'JSON!', data: 'JSONObject', operations: 'JSON', limit: 'Int', dryRun: 'Boolean' };
  const variables: Record<string, unknown> = { ...input, ...graphql };
  const given = Object.entries(types).filter(([name]) => name in variables);
  const declared = given.map(([name, type]) => `$${name}: ${type}`).join(', ');
  const args = given.map(([name]) => `, ${name}: $${name}`).join('');
  return {
    rest: ['POST', `/collections/${collection}/${verb}`, input],
    graphql: [`mutation(${declared}) { ${verb}Records(collection: "${collection}"${args}) { ${CHANGED} } }`, variables],
    ...(code === undefined ? { same: first } : { code }),
  };
}

/** A tenant, prepared with the content that it has before each row of the table. */
interface Side {
  tenant: string;
  /** Headers that authenticate a request as this tenant. */
  as: Record<string, string>;
  /**
   * Ids of this tenant's records, of another tenant, and of this tenant's API key, webhook and two deliveries, in this
   * order.
   */
  ids: string[];
  /** This tenant's data in the database. */
  left: unknown;
}

/** The result and the effect of an operation, with values that differ between runs replaced. */
interface Outcome {
  response: object;
  left: unknown;
}

/** Prepares a tenant, makes it the tenant of the current test, and returns its ids. */
async function enterPrepared(): Promise<string[]> {
  const { tenant, ids } = await prepared();
  haven.tenant = tenant;
  return ids;
}

/** `isKeyed` adds a collection with unique indexes, and one that refers to it. */
async function prepared(isKeyed: boolean | 'searched' = false): Promise<Side> {
  const tenant = randomUUID();
  const as = await haven.as(tenant);
  await haven.sql("INSERT INTO haven.tenants VALUES ($1, $1::uuid::text, 'active', 1, now(), now())", [tenant]);
  const make = async (path: string, body: object): Promise<string> =>
    (await haven.rest('POST', path, body, as)).body.id;
  /** Creates records in this order, with one request. */
  const makeRecords = async (records: { collection: string; data: object }[]): Promise<string[]> => {
    const operations = records.map((record) => ({ op: 'create', ...record }));
    const { body } = await haven.rest('POST', '/batch', { operations }, as);
    return body.results.map(({ record }: any) => record.id);
  };
  await make('/collections', { name: 'films' });
  await make('/collections', { name: 'strict', schema: SCHEMA, requirePrecondition: true });
  const films = FILMS.map((data) => ({ collection: 'films', data }));
  const ids = await makeRecords([...films, { collection: 'strict', data: { Title: 'Dune' } }]);
  ids.push(await make('/tenants', { name: `T${tenant}` }));
  ids.push(await make('/api-keys', { name: 'first', scopes: ['records:read'] }));
  ids.push(...(await preparedWebhook(haven, tenant)));
  if (isKeyed === 'searched') await preparedTexts(haven, as);
  if (isKeyed === true) {
    await make('/collections', { name: 'keyed', indexes: UNIQUE, schema: DEFAULTS });
    ids.push(...(await makeRecords(KEYED_DATA.map((data) => ({ collection: 'keyed', data })))));
    await make('/collections', REFERRING);
    const referred = REFERRED.flatMap(({ id: target, member, code }) => [
      { collection: 'keyed', id: target, data: { code } },
      { collection: 'referring', data: { [member]: target } },
    ]);
    await makeRecords(referred);
    await make('/collections', LINKS);
    ids.push(...(await makeRecords(LINK_RECORDS.map((record) => ({ collection: 'links', ...record })))));
  }
  return { tenant, as, ids, left: await leftOf(tenant, ids) };
}

/**
 * Returns the pointer of the error, but only if the row expects one: for some arguments, the pointers of the two APIs
 * differ.
 */
const placeOf = (row: Row, { errors }: any): object =>
  row.pointer === undefined ? {} : { pointer: errors?.[0]?.pointer };

const isOfFeed = ({ rest: [, path] }: Row): boolean => /^\/(changes|stats|usage|webhooks)/.test(path);

/** Waits until the changes are in the feed, which happens shortly after they are written. */
const inFeed = ({ tenant }: Side): Promise<void> =>
  vi.waitFor(
    async () => {
      const [head] = await haven.sql('SELECT seq FROM haven.feed_heads WHERE tenant_id = $1', [tenant]);
      expect(Number(head?.seq)).toBe(FILMS.length + 1);
    },
    { timeout: 20_000, interval: 10 },
  );

async function outcome({ tenant, ids }: Side, response: object): Promise<Outcome> {
  return { response: normal(response, ids), left: await leftOf(tenant, ids) };
}

/** Queries for the data of the tenant `$1`, and for the tenant `$2`. */
const LEFT = [
  'SELECT name, revision, schema, enforce, require_precondition, referrers, deleted_at IS NULL AS lives FROM haven.collections WHERE tenant_id = $1 ORDER BY id',
  'SELECT version, data FROM haven.records WHERE tenant_id = $1 ORDER BY data::text',
  'SELECT version, type, data, actor FROM haven.events WHERE tenant_id = $1 ORDER BY position',
  'SELECT name, scopes, collections, revoked_at IS NULL AS lives FROM haven.api_keys WHERE tenant_id = $1 ORDER BY created_at',
  'SELECT state, revision FROM haven.tenants WHERE id = $2',
  ...WEBHOOK_ROWS,
];

async function leftOf(tenant: string, ids: string[]): Promise<unknown> {
  return normal(await selectAll(haven, LEFT, [tenant, ids[4]]), ids);
}

function normal<T>(value: T, ids: string[]): T {
  const text = JSON.stringify(value)
    .replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"time"')
    .replace(/"traceId":"[0-9a-f]{32}"/g, '"traceId":"trace"')
    .replace(/"(cursor|until)":"[^"]+"/g, '"$1":"cursor"')
    .replace(/"durationMs":\d+/g, '"durationMs":1')
    .replace(/"requests":\{"count":.*?"minutes":.*?\]\}/g, '"requests":"counted later"')
    .replace(/"feed":\{"entered":.*?"minutes":.*?\]\}/g, '"feed":"counted later"')
    .replace(/"webhooks":\{"active":.*?\}/g, '"webhooks":"counted later"')
    .replace(/(whsec|whsk|whpk)_[\w+/]+=*/g, '$1')
    .replace(/hvn_[0-9a-f]{16}_[0-9a-f]{64}/g, 'token')
    .replace(/"id":"([0-9a-f]{16})"/g, (_, found) => `"id":"${ids.includes(found) ? 'key' : 'new key'}"`)
    .replace(/"name":"T[0-9a-f-]{36}"/g, '"name":"tenant"')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (found) =>
      ids.includes(found) ? `#${ids.indexOf(found)}` : found === id || found === ABSENT ? found : '#new',
    );
  return JSON.parse(text) as T;
}

function filled<T>(value: T, ids: string[]): T {
  if (value === undefined) return value;
  if (typeof value === 'string') return value.replace(/\{(\d)\}/g, (_, index: string) => ids[Number(index)] ?? '') as T;
  if (Array.isArray(value)) return value.map((item) => filled(item as unknown, ids)) as T;
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item as unknown, ids)])) as T;
  return value;
}
