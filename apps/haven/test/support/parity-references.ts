import { first } from './parity-row.js';
import type { Row } from './parity-row.js';

const REFERENCE = { 'x-haven-ref': { collection: 'keyed', onDelete: 'cascade' } };
const schemaWith = (member: string, reference: object) => ({ type: 'object', properties: { [member]: reference } });
const SCHEMA = schemaWith('film', REFERENCE);
const NOWHERE = schemaWith('film', { 'x-haven-ref': { collection: 'nowhere' } });
const DANGLING = schemaWith('Title', REFERENCE);

/** A collection that refers to the collection `keyed`. */
export const REFERRING = { name: 'referring', schema: SCHEMA };

/** Rows about references; they need the collection `referring`. `fields` selects the settings of a collection. */
export const referenceRows = (fields: string): Record<string, Row> => ({
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
