import { collectionApiPath, recordApiPath } from '../../api/paths.js';
import type { CollectionView, Data } from '../../api/types.js';
import { shellQuoted } from '../../values/shell-quoted.js';

/** A request of the REST API, with real names and ids. */
export interface RestRequest {
  title: string;
  /** The scope that the request needs. */
  scope: string;
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

const READ = 'records:read';
const WRITE = 'records:write';

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
    { title: 'List records', scope: READ, method: 'GET', path: `${collection}/records?limit=5` },
    ...(member ? [filterRequest(collection, member)] : []),
    ...(search ? [searchRequest(collection)] : []),
    { title: 'Read a record', scope: READ, method: 'GET', path: record },
    ...(unique !== undefined && (typeof key === 'string' || typeof key === 'number')
      ? [byKey(collection, unique, String(key))]
      : []),
    { title: 'History of a record', scope: READ, method: 'GET', path: `${record}/history` },
    { title: 'The collection and its schema', scope: READ, method: 'GET', path: collection },
    {
      title: 'Change some members',
      scope: WRITE,
      method: 'PATCH',
      path: record,
      headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': `"${example?.version ?? 1}"` },
      body: { data: member ?? {} },
    },
    {
      title: 'Count records',
      scope: READ,
      method: 'POST',
      path: `${collection}/aggregate`,
      body: { compute: { count: 'count' }, ...(member && { groupBy: Object.keys(member) }) },
    },
    {
      title: 'Delete a record',
      scope: WRITE,
      method: 'DELETE',
      path: record,
      headers: { 'If-Match': `"${example?.version ?? 1}"` },
    },
    {
      title: 'Changes',
      scope: 'changes:read',
      method: 'GET',
      path: `/api/v1/changes?collection=${encodeURIComponent(name)}&limit=5`,
    },
  ];
}

/** Returns a command that sends the request. The key is not a part of it. */
export function curlOf(
  { method, path, headers = {}, body }: Omit<RestRequest, 'scope'>,
  url: string,
  usesKey: boolean,
): string {
  const all = { ...(body && { 'Content-Type': 'application/json' }), ...headers };
  return [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${shellQuoted(url + path)}`,
    ...(usesKey ? ['-H "Authorization: Bearer $HAVEN_KEY"'] : []),
    ...Object.entries(all).map(([name, value]) => `-H ${shellQuoted(`${name}: ${value}`)}`),
    ...(body ? [`-d ${shellQuoted(JSON.stringify(body))}`] : []),
  ].join(' \\\n  ');
}

function searchRequest(collection: string): RestRequest {
  return { ...filterRequest(collection, { _search: 'word' }), title: 'Search' };
}

function filterRequest(collection: string, filter: Data): RestRequest {
  const path = `${collection}/records?filter=${jsonParameter(filter)}`;
  return { title: 'Filter', scope: READ, method: 'GET', path };
}

function byKey(collection: string, index: string, value: string): RestRequest {
  const path = `${collection}/records/by/${encodeURIComponent(index)}/${encodeURIComponent(value)}`;
  return { title: `Read a record by ${index}`, scope: READ, method: 'GET', path };
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
