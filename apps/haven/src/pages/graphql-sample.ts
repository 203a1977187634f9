import { parse, print } from 'graphql';

import type { GuideRequest } from './guide-request.js';

/** The values of a REST request from which GraphQL's arguments are taken, by name. */
type Values = Readonly<Record<string, unknown>>;

/** A REST operation and the GraphQL field with the same name. */
interface Translation {
  /** Method and path; `{name}` is a parameter. */
  rest: string;
  field: string;
  /** Type of each argument by its name; the name of its value in REST follows if it is another one. */
  args: Readonly<Record<string, readonly [type: string, value?: string]>>;
  selection: string;
}

const C = '/api/v1/collections/{collection}';
const BY = `${C}/records/by/{index}/{value}`;
const NAME = { name: ['String!', 'collection'] } as const;
const IN = { collection: ['String!'] } as const;
const RECORD = { ...IN, id: ['ID!'] } as const;
const KEYED = { ...IN, index: ['String!'], value: ['JSON!'] } as const;
const ID = { id: ['ID!'] } as const;
const VERSION = { expectedVersion: ['Int', 'ifMatch'] } as const;
const REVISION = { expectedRevision: ['Int', 'ifMatch'] } as const;
const ABSENT = { ifAbsent: ['Boolean'] } as const;
const DRY_RUN = { dryRun: ['Boolean'] } as const;
const FILTERED = { ...IN, filter: ['JSON!'], limit: ['Int'], ...DRY_RUN } as const;
const EXPAND = { expand: ['[String!]'] } as const;
const PAGE = { first: ['Int', 'limit'], after: ['String'] } as const;
const INPUT = (type: string) => ({ input: [type, 'body'] }) as const;
const LIST = {
  ...IN,
  filter: ['JSON'],
  sort: ['[String!]'],
  ...PAGE,
  before: ['String'],
  asOf: ['String'],
  ...EXPAND,
} as const;

const ONE = '{ id version data updatedAt }';
const SETTINGS = '{ name revision indexes { path state } }';
const KEY = '{ id name scopes token }';
const pageOf = (node: string, total = ''): string =>
  `{ edges { node ${node} } ${total} pageInfo { endCursor hasNextPage } }`;

const TRANSLATIONS: readonly Translation[] = [
  row('POST /api/v1/collections', 'createCollection', INPUT('NewCollection!'), SETTINGS),
  row(`GET ${C}`, 'collection', NAME, SETTINGS),
  row(
    `PUT ${C}`,
    'replaceCollection',
    { ...NAME, ...INPUT('CollectionSettings!'), ...REVISION, ...ABSENT, ...DRY_RUN },
    SETTINGS,
  ),
  row(
    `PATCH ${C}`,
    'updateCollection',
    { ...NAME, ...INPUT('CollectionSettings!'), ...REVISION, ...DRY_RUN },
    '{ name revision indexes { path state } breaking { count ids } }',
  ),
  row(`DELETE ${C}`, 'deleteCollection', { ...NAME, cascade: ['Boolean'], ...REVISION, ...DRY_RUN }, ''),
  row(`POST ${C}/records`, 'createRecord', { ...IN, id: ['ID'], data: ['JSONObject!'], ...DRY_RUN }, ONE),
  row(`GET ${C}/records`, 'records', LIST, pageOf(ONE)),
  row(`POST ${C}/query`, 'records', LIST, pageOf(ONE)),
  row(
    `POST ${C}/aggregate`,
    'aggregate',
    {
      ...IN,
      filter: ['JSON'],
      groupBy: ['[JSON!]'],
      compute: ['JSONObject'],
      having: ['JSON'],
      sort: ['[String!]'],
      limit: ['Int'],
      asOf: ['String'],
    },
    '{ groups { key values ignored } truncated }',
  ),
  row(`QUERY ${C}/records`, 'records', LIST, pageOf(ONE)),
  row(`GET ${C}/records/{id}`, 'record', { ...RECORD, asOf: ['String'], ...EXPAND }, ONE),
  row(
    `PUT ${C}/records/{id}`,
    'replaceRecord',
    { ...RECORD, data: ['JSONObject!'], ...VERSION, ...ABSENT, ...DRY_RUN },
    ONE,
  ),
  row(`PATCH ${C}/records/{id}`, 'patchRecord', { ...RECORD, data: ['JSONObject!'], ...VERSION, ...DRY_RUN }, ONE),
  row(`DELETE ${C}/records/{id}`, 'deleteRecord', { ...RECORD, ...VERSION, ...DRY_RUN }, ''),
  row(`GET ${BY}`, 'recordBy', { ...KEYED, ...EXPAND }, ONE),
  row(`PUT ${BY}`, 'upsertRecord', { ...KEYED, data: ['JSONObject!'], ...VERSION, ...ABSENT, ...DRY_RUN }, ONE),
  row(`PATCH ${BY}`, 'patchRecordBy', { ...KEYED, data: ['JSONObject!'], ...VERSION, ...DRY_RUN }, ONE),
  row(`DELETE ${BY}`, 'deleteRecordBy', { ...KEYED, ...VERSION, ...DRY_RUN }, ''),
  row(
    `POST ${C}/update`,
    'updateRecords',
    { ...FILTERED, data: ['JSONObject'], operations: ['JSON'] },
    '{ changed records { id version } }',
  ),
  row(`POST ${C}/delete`, 'deleteRecords', FILTERED, '{ changed records { id version } }'),
  row(`POST ${C}/records/{id}/restore`, 'restoreRecord', { ...RECORD, version: ['Int!'], ...VERSION, ...DRY_RUN }, ONE),
  row(`POST ${C}/records/{id}/erase`, 'eraseRecord', { ...RECORD, ...VERSION, ...DRY_RUN }, ''),
  row(
    `GET ${C}/records/{id}/history`,
    'recordHistory',
    { ...RECORD, ...PAGE },
    pageOf('{ version type actor at data patch }'),
  ),
  row(
    `GET ${C}/records/{id}/history/{version}`,
    'recordVersion',
    { ...RECORD, version: ['Int!'] },
    '{ version type actor at data patch }',
  ),
  row(
    'POST /api/v1/batch',
    'batch',
    { operations: ['[BatchOperation!]!'], ...DRY_RUN },
    '{ results { label status version record { id } } }',
  ),
  row(
    'GET /api/v1/changes',
    'changes',
    { collection: ['String'], filter: ['JSON'], order: ['String'], ...PAGE },
    '{ items { cursor type effect recordId version } nextCursor hasMore }',
  ),
  row(
    'GET /api/v1/stats',
    'stats',
    { tenant: ['String'] },
    '{ storage { records bytes } requests { count latencyMs { p50 p95 p99 } } webhooks { pending failures } }',
  ),
  row('GET /api/v1/usage', 'usage', { tenant: ['ID'] }, '{ tenant records { used limit } bytes { used limit } }'),
  row('POST /api/v1/tenants', 'createTenant', INPUT('NewTenant!'), '{ id name state }'),
  row(
    'PATCH /api/v1/tenants/{id}',
    'updateTenant',
    { ...ID, ...INPUT('TenantChanges!'), ...REVISION },
    '{ id name state }',
  ),
  row('POST /api/v1/api-keys', 'createApiKey', INPUT('NewApiKey!'), KEY),
  row('POST /api/v1/api-keys/{id}/rotate', 'rotateApiKey', { ...ID, ...INPUT('KeyRotation!') }, KEY),
  row('DELETE /api/v1/api-keys/{id}', 'revokeApiKey', ID, ''),
  row('POST /api/v1/webhooks', 'createWebhook', INPUT('NewWebhook!'), '{ id url secret state }'),
  row(
    'PATCH /api/v1/webhooks/{id}',
    'updateWebhook',
    { ...ID, ...INPUT('WebhookChanges!'), ...REVISION },
    '{ id url state }',
  ),
  row('POST /api/v1/webhooks/{id}/rotate', 'rotateWebhook', { ...ID, ...INPUT('WebhookRotation!') }, '{ id secret }'),
  row('POST /api/v1/webhooks/{id}/replay', 'replayWebhook', { ...ID, ...INPUT('WebhookReplay!') }, '{ dead until }'),
  row('GET /api/v1/webhooks/{id}/status', 'webhookStatus', ID, '{ cursor lag pending dead }'),
  row(
    'GET /api/v1/webhooks/{id}/deliveries',
    'deliveries',
    { webhook: ['ID!', 'id'], state: ['String'], ...PAGE },
    pageOf('{ id state attempts { status } }'),
  ),
  row('GET /api/v1/audit/checkpoints', 'auditCheckpoints', PAGE, pageOf('{ number lastSeq hash }')),
];

/** Returns a REST request as a GraphQL document with its variables; undefined if GraphQL cannot express it. */
export function graphqlOf(request: GuideRequest): { document: string; variables: Values } | undefined {
  const { method, target } = request;
  const [path = ''] = target.split('?', 1);
  for (const { rest, field, args, selection } of TRANSLATIONS) {
    const parameters = matched(rest, `${method} ${path}`);
    const values = parameters && valuesOf(request, parameters);
    if (!values) continue;
    const isPatch = request.headers['Content-Type'] === 'application/json-patch+json';
    if (isPatch && 'index' in args) return undefined;
    const used = isPatch ? { ...RECORD, operations: ['JSON!', 'body'] as const, ...VERSION } : args;
    // GraphQL has no projection, and selects the count instead of asking for it.
    const { count, ...others } = values;
    const known = new Set(['body', ...Object.entries(used).map(([name, [, from]]) => from ?? name)]);
    if (!('input' in used) && Object.keys(others).some((name) => !known.has(name))) return undefined;
    const counted = count === undefined ? selection : selection.replace(' pageInfo', ' totalCount pageInfo');
    const shown = others['expand'] === undefined ? counted : counted.replace(' data', ' data expanded');
    return documentOf(isPatch ? 'jsonPatchRecord' : field, used, others, shown, method);
  }
  return undefined;
}

function row(rest: string, field: string, args: Translation['args'], selection: string): Translation {
  return { rest, field, args, selection };
}

function matched(rest: string, start: string): Record<string, string> | undefined {
  const names = [...rest.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const found = new RegExp(`^${rest.replaceAll(/\{\w+\}/g, '([^/]+)')}$`).exec(start);
  return found ? Object.fromEntries(names.map((name, place) => [name, found[place + 1] ?? ''])) : undefined;
}

/** Returns the values of a request by name. Members of a body are values too, and `body` is all of it. */
function valuesOf({ target, headers, body }: GuideRequest, parameters: Readonly<Record<string, string>>): Values {
  const { valueType, ...query } = Object.fromEntries(new URLSearchParams(target.split('?')[1] ?? ''));
  const content: unknown = body === '' ? undefined : JSON.parse(body); // tests execute the guide
  const ifMatch = /^"(\d+)"$/.exec(headers['If-Match'] ?? '')?.[1];
  return {
    ...Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, name === 'filter' ? JSON.parse(value) : value]),
    ),
    ...(Array.isArray(content) ? {} : (content as object | undefined)),
    ...decoded(parameters, valueType === 'json'),
    ...(content !== undefined && { body: content }),
    ...(ifMatch !== undefined && { ifMatch }),
    ...(headers['If-None-Match'] === '*' && { ifAbsent: true }),
  };
}

/** Returns the parameters of a path without percent-encoding; `value`, a unique value, may be JSON. */
function decoded(parameters: Readonly<Record<string, string>>, isJson: boolean): Values {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, text]): [string, unknown] => {
      const value = decodeURIComponent(text);
      return [name, name === 'value' && isJson ? JSON.parse(value) : value];
    }),
  );
}

function documentOf(
  field: string,
  args: Translation['args'],
  values: Values,
  selection: string,
  method: string,
): { document: string; variables: Values } {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const passed: string[] = [];
  for (const [name, [type, from = name]] of Object.entries(args)) {
    const value = coerced(values[from], type);
    if (value === undefined) continue;
    if (/JSON|^[[A-Z]\w*(?<!String|Int|ID|Boolean)!?\]?!?$/.test(type) && type !== '[String!]') {
      variables[name] = value;
      declared.push(`$${name}: ${type}`);
      passed.push(`${name}: $${name}`);
    } else passed.push(`${name}: ${JSON.stringify(value)}`);
  }
  const kind = method === 'GET' || field === 'records' || field === 'aggregate' ? 'query' : 'mutation';
  const head = declared.length > 0 ? `${kind} (${declared.join(', ')})` : kind;
  const call = passed.length > 0 ? `${field}(${passed.join(', ')})` : field;
  return { document: print(parse(`${head} { ${call} ${selection} }`)), variables };
}

/** Converts text of a URL or header to the type of an argument. */
function coerced(value: unknown, type: string): unknown {
  if (typeof value !== 'string') return value;
  if (type.startsWith('Int')) return Number(value);
  if (type.startsWith('Boolean')) return value === 'true';
  if (type === '[String!]') return value.split(',');
  return value;
}
