import type { CollectionView } from '../../api/types.js';
import { scalarFields } from '../../form/scalar-fields.js';
import type { Example } from './rest-requests.js';

/** A GraphQL document with real names and ids. */
export interface GraphqlExample {
  title: string;
  /** The scope that the document needs. */
  scope: string;
  document: string;
}

const READ = 'records:read';

/** Returns documents that read a collection, typed ones if it has a schema. */
export function graphqlExamples(collection: CollectionView, example: Example | undefined): GraphqlExample[] {
  const { name, graphql } = collection;
  const members = ['_id', ...scalarFields(collection)];
  const place = `collection: ${JSON.stringify(name)}`;
  const id = example && JSON.stringify(example.id);
  const page =
    'edges {\n      node {\n        FIELDS\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }';
  const list = (field: string, fields: string): string =>
    `{\n  ${field} {\n    ${page.replace('FIELDS', fields)}\n  }\n}`;
  const history =
    'history(first: 5) {\n      edges {\n        node {\n          version\n          actor\n          at\n          patch\n        }\n      }\n    }';
  return [
    ...(graphql.many === null
      ? []
      : [
          {
            title: 'List records, typed',
            scope: READ,
            document: list(`${graphql.many}(first: 5)`, members.join('\n        ')),
          },
        ]),
    ...(graphql.one === null || id === undefined
      ? []
      : [
          {
            title: 'Read a record, typed',
            scope: READ,
            document: `{\n  ${graphql.one}(id: ${id}) {\n    ${members.join('\n    ')}\n  }\n}`,
          },
        ]),
    {
      title: 'List records',
      scope: READ,
      document: list(`records(${place}, first: 5)`, 'id\n        version\n        data'),
    },
    ...(id === undefined
      ? []
      : [
          {
            title: 'Read a record and its history',
            scope: READ,
            document: `{\n  record(${place}, id: ${id}) {\n    id\n    version\n    data\n    ${history}\n  }\n}`,
          },
        ]),
    {
      title: 'Follow the changes',
      scope: 'changes:read',
      document: `subscription {\n  changes(${place}) {\n    type\n    recordId\n    version\n    record {\n      data\n    }\n  }\n}`,
    },
  ];
}
