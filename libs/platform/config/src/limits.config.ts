import { Between } from './between.js';
import { Setting } from './setting.js';
import { GIB, KIB, MIB } from './units.js';

/** Limits on requests. The error for an exceeded limit names the setting. */
export class LimitsConfig {
  @Setting(
    'Maximum size of a request body; more causes 413 `PAYLOAD_TOO_LARGE`. Batches are limited by ' +
      '`limits.batchBytes` instead, imports by `limits.importLineBytes`.',
    { unit: 'bytes' },
  )
  @Between(KIB, 64 * MIB)
  declare readonly bodyBytes: number;

  @Setting('Maximum number of operations in one batch.')
  @Between(1, 10_000)
  declare readonly batchOperations: number;

  @Setting(
    'Maximum size of the body of a batch, and of a request to `/graphql` whose document has a field that takes many ' +
      'documents (`batch`); more causes 413 `PAYLOAD_TOO_LARGE`. Each document in it is still limited by ' +
      '`limits.bodyBytes`.',
    { unit: 'bytes' },
  )
  @Between(KIB, 256 * MIB)
  declare readonly batchBytes: number;

  @Setting('Maximum length of a line of an import.', { unit: 'bytes' })
  @Between(KIB, 64 * MIB)
  declare readonly importLineBytes: number;

  @Setting('Maximum nesting depth of objects and arrays in a JSON document.')
  @Between(1, 1000)
  declare readonly jsonDepth: number;

  @Setting('Maximum number of members in all objects of one JSON document together.')
  @Between(1, 1_000_000)
  declare readonly jsonKeys: number;

  @Setting(
    'Maximum number of JSON values in one body, document or parameter: scalars, arrays, objects and everything in ' +
      'them. In a body with many documents, all documents count together.',
  )
  @Between(1, 16_777_216)
  declare readonly jsonValues: number;

  @Setting(
    'Maximum memory for request bodies that one process holds at once, and at most a quarter of its heap limit; a ' +
      'body that would exceed it fails with 503 `OVERLOADED`. Set it higher than `limits.batchBytes`. Bytes count as ' +
      'they arrive, and until the response has ended; each JSON value counts as 64 bytes more while it is processed. ' +
      'An import counts as at most `limits.bodyBytes` and `limits.importLineBytes`.',
    { unit: 'bytes' },
  )
  @Between(MIB, 64 * GIB)
  declare readonly bodyBytesInFlight: number;

  @Setting(
    'Maximum share of `limits.bodyBytesInFlight` for the bodies of one tenant, or of all clients without one; more ' +
      'causes 429 `RATE_LIMITED`. The only body of a tenant is not refused by this limit.',
    { unit: 'bytes' },
  )
  @Between(KIB, 64 * GIB)
  declare readonly bodyBytesInFlightPerTenant: number;

  @Setting('Maximum number of items that can be requested for a page of a list (`limit`, `first`, `last`).')
  @Between(1, 10_000)
  declare readonly pageSize: number;

  @Setting('Number of items in a page if the request does not set it; at most `limits.pageSize`.')
  @Between(1, 10_000)
  declare readonly pageSizeDefault: number;

  @Setting('Maximum nesting depth of a filter.')
  @Between(1, 100)
  declare readonly filterDepth: number;

  @Setting('Maximum number of operators in one filter; a bare value counts as one.')
  @Between(1, 10_000)
  declare readonly filterOperators: number;

  @Setting('Maximum number of values for `_in` and `_nin`.')
  @Between(1, 10_000)
  declare readonly inLength: number;

  @Setting('Maximum number of webhooks per tenant.')
  @Between(1, 10_000)
  declare readonly webhooks: number;

  @Setting('Maximum length of a pattern for `_like` and `_ilike`, in characters.')
  @Between(1, 10_000)
  declare readonly patternLength: number;

  @Setting('Maximum number of words, prefixes and phrases in all searches (`_search`) of one filter together.')
  @Between(1, 1_000)
  declare readonly searchTerms: number;

  @Setting('Maximum length of the text of a search (`_search`), in characters.')
  @Between(1, 100_000)
  declare readonly searchLength: number;

  @Setting('Maximum number of fields by which a list can be sorted.')
  @Between(1, 32)
  declare readonly sortFields: number;

  @Setting('Maximum number of fields by which an aggregate can group records.')
  @Between(1, 32)
  declare readonly groupByFields: number;

  @Setting('Maximum number of columns that an aggregate can compute.')
  @Between(1, 100)
  declare readonly aggregateColumns: number;

  @Setting(
    'Maximum number of groups of an aggregate, before `having` and `limit`; more causes 422 `QUERY_TOO_EXPENSIVE`. ' +
      'Also the maximum of its `limit`.',
  )
  @Between(1, 100_000)
  declare readonly aggregateGroups: number;

  @Setting(
    'Maximum size of the keys and values of all groups of an aggregate, before `having` and `limit`; more causes 422 ' +
      '`QUERY_TOO_EXPENSIVE`.',
    { unit: 'bytes' },
  )
  @Between(KIB, 256 * MIB)
  declare readonly aggregateBytes: number;

  @Setting('Maximum number of fields that a request can select with `fields`.')
  @Between(1, 1000)
  declare readonly fields: number;

  @Setting('Maximum number of paths in `expand`.')
  @Between(1, 100)
  declare readonly expandPaths: number;

  @Setting(
    'Maximum number of expanded records in one response, or in one part of an export. A record counts each time.',
  )
  @Between(1, 100_000)
  declare readonly expandedRecords: number;

  @Setting('Maximum size of the documents of all expanded records in one response, or in one part of an export.', {
    unit: 'bytes',
  })
  @Between(KIB, 256 * MIB)
  declare readonly expandedBytes: number;

  @Setting('Maximum number of operations in one JSON Patch.')
  @Between(1, 100_000)
  declare readonly patchOperations: number;

  @Setting(
    'Maximum work of a JSON Patch, and of all JSON Patches of one batch together, in steps; more causes 422 ' +
      '`PATCH_TOO_EXPENSIVE`. A step shifts one element of an array to another index. Each value that `test` compares ' +
      'counts 40 steps, each value that `copy` copies 100, and each character of a pointer after its 256th 20.',
  )
  @Between(1, 1_000_000_000)
  declare readonly patchCost: number;

  @Setting('Maximum size of the JSON Schema of a collection, as text.', { unit: 'bytes' })
  @Between(KIB, 16 * MIB)
  declare readonly schemaBytes: number;

  @Setting('Maximum nesting depth of the JSON Schema of a collection.')
  @Between(1, 200)
  declare readonly schemaDepth: number;

  @Setting('Maximum number of schemas and subschemas in the JSON Schema of a collection.')
  @Between(1, 100_000)
  declare readonly schemaNodes: number;

  @Setting('Maximum cost of evaluating the JSON Schema of a collection once, in steps, as Haven estimates it.')
  @Between(1, 10_000_000)
  declare readonly schemaCost: number;

  @Setting(
    'Maximum number of indexes that one collection can declare, including those of its references; 0 allows none.',
  )
  @Between(0, 64)
  declare readonly indexesPerCollection: number;

  @Setting('Maximum number of paths that the search of a collection can have.')
  @Between(1, 64)
  declare readonly searchPaths: number;

  @Setting(
    'Maximum number of keys that one record can have in one declared index: one for its value, and one for each ' +
      'different element if the value is an array.',
  )
  @Between(1, 100_000)
  declare readonly keysPerRecord: number;

  @Setting('Maximum nesting depth of the selections in a GraphQL document.')
  @Between(1, 100)
  declare readonly graphqlDepth: number;

  @Setting('Maximum number of tokens in a GraphQL document; parsing stops there.')
  @Between(1, 100_000)
  declare readonly graphqlTokens: number;

  @Setting('Maximum number of aliases in a GraphQL document; 0 allows none.')
  @Between(0, 1000)
  declare readonly graphqlAliases: number;

  @Setting(
    'Maximum cost of a GraphQL operation: roughly the number of objects and JSON documents that its response ' +
      'can contain with the requested page sizes, plus 10 for each mutation and each count.',
  )
  @Between(1, 1_000_000_000)
  declare readonly graphqlCost: number;

  @Setting(
    'Maximum number of fields of `Query` or `Mutation` that a GraphQL operation can select; `__typename` ' +
      'does not count.',
  )
  @Between(1, 1000)
  declare readonly graphqlRootFields: number;

  @Setting('Maximum number of directives at one place of a GraphQL document; 0 allows none.')
  @Between(0, 100)
  declare readonly graphqlDirectives: number;

  @Setting('Maximum length of the URL of a request, including the query string; more causes 414 `URI_TOO_LONG`.', {
    unit: 'bytes',
  })
  @Between(KIB, MIB)
  declare readonly uriBytes: number;

  @Setting(
    'Maximum size of the header of a request, in addition to `limits.uriBytes` for its URL; more causes 431 ' +
      '`HEADERS_TOO_LARGE`.',
    {
      unit: 'bytes',
    },
  )
  @Between(4 * KIB, MIB)
  declare readonly headerBytes: number;

  @Setting('Maximum number of fields in the header of a request; more causes 431 `HEADERS_TOO_LARGE`.')
  @Between(16, 1_000)
  declare readonly headerFields: number;

  @Setting('Maximum number of invalid lines that the report of an import lists; further ones are only counted.')
  @Between(1, 10_000)
  declare readonly importErrors: number;

  @Setting('Number of records of an import that are written in one transaction.')
  @Between(1, 10_000)
  declare readonly importBatch: number;

  @Setting(
    'Maximum number of change streams and subscriptions that one process serves at once; one more fails with 503 ' +
      '`UNAVAILABLE` with `Retry-After`.',
  )
  @Between(1, 1_000_000)
  declare readonly streams: number;

  @Setting(
    'Maximum number of these streams and subscriptions of one tenant in one process; one more also fails with 503 ' +
      '`UNAVAILABLE`.',
  )
  @Between(1, 1_000_000)
  declare readonly streamsPerTenant: number;

  @Setting(
    'Maximum number of open WebSocket connections per process; one more is closed with code 1013, and the ' +
      'client may try again later.',
  )
  @Between(1, 1_000_000)
  declare readonly sockets: number;

  @Setting('Maximum number of these connections of one tenant in one process; one more is also closed with code 1013.')
  @Between(1, 1_000_000)
  declare readonly socketsPerTenant: number;

  @Setting(
    'Maximum number of WebSocket connections per process on which the client has not sent `connection_init` yet. ' +
      'Beyond it, the oldest of them are closed with code 1013.',
  )
  @Between(1, 1_000_000)
  declare readonly pendingSockets: number;

  @Setting(
    'Maximum number of these connections per IP address or IPv6 /64 network; one more is refused with 503 `UNAVAILABLE`.',
  )
  @Between(1, 1_000_000)
  declare readonly pendingSocketsPerAddress: number;

  @Setting('Maximum number of open subscriptions on one WebSocket connection.')
  @Between(1, 10_000)
  declare readonly subscriptionsPerSocket: number;
}
