import { recordApiPath } from '../../../api/paths.js';
import type { CollectionView, Data, RecordView } from '../../../api/types.js';
import type { Base } from '../../../edits/drafts/draft.js';
import { scalarFields } from '../../../form/scalar-fields.js';
import { shellQuoted } from '../../../values/shell-quoted.js';

export const LANGUAGES = [
  { id: 'curl', label: 'curl' },
  { id: 'typescript', label: 'TypeScript' },
  { id: 'graphql', label: 'GraphQL' },
] as const;

type Language = (typeof LANGUAGES)[number]['id'];

/** A text for a program. */
interface Snippet {
  title: string;
  text: string;
}

interface Input {
  /** Address of Haven. */
  url: string;
  /** Whether requests need a key. It is never a part of the text. */
  usesKey: boolean;
  collection: CollectionView;
  record: Pick<RecordView, 'collection' | 'id'>;
  /** A change that was not applied. */
  change: { base: Base; data: Data } | undefined;
}

const READ = 'Read the record';
const HISTORY = 'Read its history';
const CHANGE = 'Apply your change';

/** Returns texts that read a record in the languages of programs, and apply a change to it. */
export function snippetsOf(input: Input): Record<Language, Snippet[]> {
  return { curl: curl(input), typescript: typescript(input), graphql: graphql(input) };
}

function curl({ url, usesKey, record, change }: Input): Snippet[] {
  const address = url + recordApiPath(record.collection, record.id);
  const key = usesKey ? ` \\\n  -H "Authorization: Bearer $HAVEN_KEY"` : '';
  const snippets = [
    { title: READ, text: `curl ${shellQuoted(address)}${key}` },
    { title: HISTORY, text: `curl ${shellQuoted(`${address}/history`)}${key}` },
  ];
  if (!change) return snippets;
  const headers = `-H 'Content-Type: application/json' \\\n  -H 'If-Match: "${change.base.version}"'`;
  const body = shellQuoted(JSON.stringify({ data: change.data }));
  const text = `curl -X PUT ${shellQuoted(address)}${key} \\\n  ${headers} \\\n  -d ${body}`;
  return [...snippets, { title: CHANGE, text }];
}

function typescript({ url, usesKey, record, change }: Input): Snippet[] {
  const key = usesKey ? ', key: process.env.HAVEN_KEY' : '';
  const start = [
    `import { createClient } from 'haven-records';`,
    '',
    `const haven = createClient({ url: ${JSON.stringify(url)}${key} });`,
    `const collection = haven.collection(${JSON.stringify(record.collection)});`,
  ].join('\n');
  const id = JSON.stringify(record.id);
  const snippets = [
    { title: READ, text: `${start}\nconst record = await collection.get(${id});` },
    { title: HISTORY, text: `${start}\nfor await (const version of collection.history(${id})) console.log(version);` },
  ];
  if (!change) return snippets;
  const data = JSON.stringify(change.data, null, 2);
  const target = `{ id: ${id}, version: ${change.base.version} }`;
  return [...snippets, { title: CHANGE, text: `${start}\nawait collection.replace(${target}, ${data});` }];
}

function graphql({ collection, record, change }: Input): Snippet[] {
  const place = `collection: ${JSON.stringify(record.collection)}, id: ${JSON.stringify(record.id)}`;
  const history = 'history(first: 10) { edges { node { version type actor at patch } } }';
  const snippets = [
    { title: READ, text: `{\n  record(${place}) {\n    id\n    version\n    data\n  }\n}` },
    { title: HISTORY, text: `{\n  record(${place}) {\n    ${history}\n  }\n}` },
  ];
  const { one } = collection.graphql;
  if (one !== null) {
    const fields = ['_id', '_version', ...scalarFields(collection)].join('\n    ');
    const text = `{\n  ${one}(id: ${JSON.stringify(record.id)}) {\n    ${fields}\n  }\n}`;
    snippets.splice(1, 0, { title: 'Read the typed record', text });
  }
  if (!change) return snippets;
  const text = [
    'mutation ($data: JSONObject!) {',
    `  replaceRecord(${place}, data: $data, expectedVersion: ${change.base.version}) {\n    version\n  }`,
    '}',
    '',
    '# Variables:',
    JSON.stringify({ data: change.data }, null, 2),
  ].join('\n');
  return [...snippets, { title: CHANGE, text }];
}
