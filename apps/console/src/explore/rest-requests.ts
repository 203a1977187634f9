import { collectionApiPath, recordApiPath } from '../api/paths.js';
import type { CollectionView, Data } from '../api/types.js';
import { shellQuoted } from '../values/shell-quoted.js';

/** A request of the REST API, with real names and ids. */
export interface RestRequest {
  title: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with its parameters. */
  path: string;
  headers?: Record<string, string>;
  body?: Data;
}

/** A record whose id and data are used in the requests. */
export interface Example {
  id: string;
  version: number;
  data: Data;
}

/** An id for a collection without records. */
const NO_ID = '00000000-0000-7000-8000-000000000000';

/** Returns the most important requests for a collection. */
export function restRequests({ name, indexes, search }: CollectionView, example: Example | undefined): RestRequest[] {
  const collection = collectionApiPath(name);
  const record = recordApiPath(name, example?.id ?? NO_ID);
  const member = scalarMember(example?.data ?? {});
  const unique = indexes.find(({ unique: isUnique, paths }) => isUnique && paths.length === 1)?.path;
  const key = unique === undefined ? undefined : example?.data[unique];
  return [
    { title: 'List records', method: 'GET', path: `${collection}/records?limit=5` },
    ...(member
      ? [{ title: 'Filter', method: 'GET' as const, path: `${collection}/records?filter=${jsonParameter(member)}` }]
      : []),
    ...(search ? [searchRequest(collection)] : []),
    { title: 'Read a record', method: 'GET', path: record },
    ...(unique !== undefined && (typeof key === 'string' || typeof key === 'number')
      ? [byKey(collection, unique, String(key))]
      : []),
    { title: 'History of a record', method: 'GET', path: `${record}/history` },
    { title: 'The collection and its schema', method: 'GET', path: collection },
    {
      title: 'Change some members',
      method: 'PATCH',
      path: record,
      headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': `"${example?.version ?? 1}"` },
      body: { data: member ?? {} },
    },
    {
      title: 'Count records',
      method: 'POST',
      path: `${collection}/aggregate`,
      body: { compute: { count: 'count' }, ...(member && { groupBy: Object.keys(member) }) },
    },
    {
      title: 'Delete a record',
      method: 'DELETE',
      path: record,
      headers: { 'If-Match': `"${example?.version ?? 1}"` },
    },
    { title: 'Changes', method: 'GET', path: `/api/v1/changes?collection=${encodeURIComponent(name)}&limit=5` },
  ];
}

/** Returns a command that sends the request. The key is not a part of it. */
export function curlOf({ method, path, headers = {}, body }: RestRequest, url: string, usesKey: boolean): string {
  const all = { ...(body && { 'Content-Type': 'application/json' }), ...headers };
  return [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${shellQuoted(url + path)}`,
    ...(usesKey ? ['-H "Authorization: Bearer $HAVEN_KEY"'] : []),
    ...Object.entries(all).map(([name, value]) => `-H ${shellQuoted(`${name}: ${value}`)}`),
    ...(body ? [`-d ${shellQuoted(JSON.stringify(body))}`] : []),
  ].join(' \\\n  ');
}

function searchRequest(collection: string): RestRequest {
  return { title: 'Search', method: 'GET', path: `${collection}/records?filter=${jsonParameter({ _search: 'word' })}` };
}

function byKey(collection: string, index: string, value: string): RestRequest {
  const path = `${collection}/records/by/${encodeURIComponent(index)}/${encodeURIComponent(value)}`;
  return { title: `Read a record by ${index}`, method: 'GET', path };
}

function jsonParameter(value: Data): string {
  return encodeURIComponent(JSON.stringify(value));
}

/** Returns the first short member that has a plain name. */
function scalarMember(data: Data): Data | undefined {
  const found = Object.entries(data).find(
    ([name, value]) =>
      /^[a-z]\w*$/i.test(name) &&
      ((typeof value === 'string' && value.length < 60) || typeof value === 'number' || typeof value === 'boolean'),
  );
  return found && { [found[0]]: found[1] };
}
