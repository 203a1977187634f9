import { first, page } from './parity-row.js';
import type { Row } from './parity-row.js';

const REFERENCE = { 'x-haven-ref': { collection: 'keyed', onDelete: 'cascade' } };
const schemaWith = (member: string, reference: object) => ({ type: 'object', properties: { [member]: reference } });
const SCHEMA = schemaWith('film', REFERENCE);
const NOWHERE = schemaWith('film', { 'x-haven-ref': { collection: 'nowhere' } });
const DANGLING = schemaWith('Title', REFERENCE);

/** A collection that refers to the collection `keyed`. */
export const REFERRING = {
  name: 'referring',
  schema: {
    type: 'object',
    properties: { film: REFERENCE, strict: { 'x-haven-ref': { collection: 'keyed' } } },
  },
};

/** Records in the collection `keyed`, and the members by which records of the collection `referring` refer to them. */
export const REFERRED = [
  { id: '00000000-0000-4000-8000-0000000000c1', code: 'cascades', member: 'film' },
  { id: '00000000-0000-4000-8000-0000000000c2', code: 'held', member: 'strict' },
];

const NOBODY = '00000000-0000-4000-8000-000000000001';
const deletionBy = (code: string): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['DELETE', `/collections/keyed/records/by/code/${code}`],
  graphql: [`mutation { deleteRecordBy(collection: "keyed", index: "code", value: "${code}") }`],
});
const LINKED = [
  { op: 'create', collection: 'referring', data: { film: NOBODY } },
  { op: 'create', collection: 'keyed', id: NOBODY, data: {} },
];

const TO_LINKS = { 'x-haven-ref': { collection: 'links' } };

/** A collection whose records refer to each other. */
export const LINKS = {
  name: 'links',
  schema: { properties: { film: TO_LINKS, films: { type: 'array', items: TO_LINKS } } },
};

const [ONE, OTHER] = ['018f3b5e-7c1a-7000-8000-00000000a001', '018f3b5e-7c1a-7000-8000-00000000a002'];

/** The records of this collection. */
export const LINK_RECORDS = [
  { id: ONE, data: { Title: 'Alien' } },
  { id: OTHER, data: { film: ONE, films: [ONE, ONE] } },
];

const EXPANDED = 'id collection version data createdAt updatedAt expanded';

/** Rows about `expand`; they need a record of the collection `links`. */
const expandRows: Record<string, Row> = {
  'records, expand': {
    rest: ['GET', '/collections/links/records?expand=film.film,films'],
    graphql: [`{ records(collection: "links", expand: ["film.film", "films"]) { edges { node { ${EXPANDED} } } } }`],
    same: page,
  },
  'records, expand one path in a body': {
    rest: ['POST', '/collections/links/query', { expand: ['film'] }],
    graphql: [`{ records(collection: "links", expand: "film") { edges { node { ${EXPANDED} } } } }`],
    same: page,
  },
  'records, expand no reference': {
    rest: ['GET', '/collections/links/records?expand=film.year'],
    graphql: ['{ records(collection: "links", expand: ["film.year"]) { totalCount } }'],
    code: 'VALIDATION_FAILED',
    pointer: '/expand',
  },
  'records, expand too many': {
    rest: ['GET', `/collections/links/records?expand=${Array.from({ length: 11 }, () => 'film').join()}`],
    graphql: [
      'query($e: [String!]) { records(collection: "links", expand: $e) { totalCount } }',
      { e: Array.from({ length: 11 }, () => 'film') },
    ],
    code: 'LIMIT_EXCEEDED',
    pointer: '/expand',
  },
};

/** Rows about references; they need the collection `referring`. `fields` selects the settings of a collection. */
export const referenceRows = (fields: string): Record<string, Row> => ({
  ...expandRows,
  'createCollection, reference': {
    rest: ['POST', '/collections', { name: 'shows', schema: SCHEMA }],
    graphql: [
      `mutation($i: NewCollection!) { createCollection(input: $i) { ${fields} } }`,
      { i: { name: 'shows', schema: SCHEMA } },
    ],
    same: first,
  },
  'createCollection, reference to no collection': {
    rest: ['POST', '/collections', { name: 'shows', schema: NOWHERE }],
    graphql: [
      'mutation($i: NewCollection!) { createCollection(input: $i) { name } }',
      { i: { name: 'shows', schema: NOWHERE } },
    ],
    code: 'SCHEMA_INVALID',
    pointer: '/schema/properties/film/x-haven-ref/collection',
  },
  'updateCollection, dry run with dangling links': {
    rest: ['PATCH', '/collections/films?dryRun=true', { schema: DANGLING }],
    graphql: [
      `mutation($s: JSONObject!) { updateCollection(name: "films", dryRun: true, input: { schema: $s }) {
        ${fields} breaking { count ids } dangling { path collection count ids } duplicates { index } } }`,
      { s: DANGLING },
    ],
    same: first,
  },
  'updateCollection, dangling links': {
    rest: ['PATCH', '/collections/films', { schema: DANGLING }],
    graphql: [
      'mutation($s: JSONObject!) { updateCollection(name: "films", input: { schema: $s }) { name } }',
      { s: DANGLING },
    ],
    code: 'SCHEMA_INCOMPATIBLE',
    pointer: '/schema/properties/Title/x-haven-ref',
  },
  'deleteCollection, referenced': {
    rest: ['DELETE', '/collections/keyed?cascade=true'],
    graphql: ['mutation { deleteCollection(name: "keyed", cascade: true) }'],
    code: 'COLLECTION_REFERENCED',
  },
  'createRecord, link to no record': {
    rest: ['POST', '/collections/referring/records', { data: { film: NOBODY } }],
    graphql: [`mutation { createRecord(collection: "referring", data: { film: "${NOBODY}" }) { id } }`],
    code: 'REFERENCE_BROKEN',
    pointer: '/data/film',
  },
  'batch, link to a later operation': {
    rest: ['POST', '/batch', { operations: LINKED }],
    graphql: [
      `mutation($o: [BatchOperation!]!) { batch(operations: $o) {
        results { label status version record { id collection version data createdAt updatedAt } } } }`,
      { o: LINKED },
    ],
    same: first,
  },
  'batch, link to no record': {
    rest: ['POST', '/batch', { operations: LINKED.slice(0, 1) }],
    graphql: [
      'mutation($o: [BatchOperation!]!) { batch(operations: $o) { results { status } } }',
      { o: LINKED.slice(0, 1) },
    ],
    code: 'REFERENCE_BROKEN',
    pointer: '/operations/0/data/film',
  },
  'deleteRecordBy, referenced': { ...deletionBy('held'), code: 'RECORD_REFERENCED' },
  'deleteRecordBy, cascade': { ...deletionBy('cascades'), same: () => '' },
  'deleteCollection, referring': {
    rest: ['DELETE', '/collections/referring?cascade=true'],
    graphql: ['mutation { deleteCollection(name: "referring", cascade: true) }'],
    same: () => '',
  },
});
