import { first, page } from './parity-row.js';
import type { Row } from './parity-row.js';

const REFERENCE = { 'x-haven-ref': { collection: 'keyed', onDelete: 'cascade' } };
const schemaWith = (member: string, reference: object) => ({ type: 'object', properties: { [member]: reference } });
const SCHEMA = schemaWith('film', REFERENCE);
const NOWHERE = schemaWith('film', { 'x-haven-ref': { collection: 'nowhere' } });
const DANGLING = schemaWith('Title', REFERENCE);

/** A collection that refers to the collection `keyed`. */
export const REFERRING = { name: 'referring', schema: SCHEMA };

const TO_FILMS = { 'x-haven-ref': { collection: 'films' } };

/** A collection whose records refer to those of the collection `films`. */
export const LINKS = {
  name: 'links',
  schema: { properties: { film: TO_FILMS, films: { type: 'array', items: TO_FILMS } } },
};

const EXPANDED = 'id collection version data createdAt updatedAt expanded';

/** Rows about `expand`; they need a record of the collection `links`. */
const expandRows: Record<string, Row> = {
  'records, expand': {
    rest: ['GET', '/collections/links/records?expand=film,films'],
    graphql: [`{ records(collection: "links", expand: ["film", "films"]) { edges { node { ${EXPANDED} } } } }`],
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
  'deleteCollection, referring': {
    rest: ['DELETE', '/collections/referring'],
    graphql: ['mutation { deleteCollection(name: "referring") }'],
    same: () => '',
  },
});
