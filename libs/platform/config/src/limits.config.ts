import { Between } from './between.js';
import { Setting } from './setting.js';
import { KIB, MIB } from './units.js';

/** What a request may ask for; each limit is named in the error it causes. */
export class LimitsConfig {
  @Setting(
    'The largest request body; more is 413 `PAYLOAD_TOO_LARGE`. A batch is held to `limits.batchBytes`, an import to `limits.importLineBytes` instead.',
    { unit: 'bytes' },
  )
  @Between(KIB, 64 * MIB)
  declare readonly bodyBytes: number;

  @Setting('How many operations one batch may have.')
  @Between(1, 10_000)
  declare readonly batchOperations: number;

  @Setting(
    'The largest body of a batch, and of any request to `/graphql`; more is 413 `PAYLOAD_TOO_LARGE`. Each document in it is still held to `limits.bodyBytes`.',
    { unit: 'bytes' },
  )
  @Between(KIB, 256 * MIB)
  declare readonly batchBytes: number;

  @Setting('The longest line of an import.', { unit: 'bytes' })
  @Between(KIB, 64 * MIB)
  declare readonly importLineBytes: number;

  @Setting('How deep the objects and arrays of a JSON document may nest.')
  @Between(1, 1000)
  declare readonly jsonDepth: number;

  @Setting('How many members all objects of one JSON document may have together.')
  @Between(1, 1_000_000)
  declare readonly jsonKeys: number;

  @Setting('The most items a page of a list may be asked for (`limit`, `first`, `last`).')
  @Between(1, 10_000)
  declare readonly pageSize: number;

  @Setting('How many items a page has when nothing is asked; at most `limits.pageSize`.')
  @Between(1, 10_000)
  declare readonly pageSizeDefault: number;

  @Setting('How deep a filter may nest.')
  @Between(1, 100)
  declare readonly filterDepth: number;

  @Setting('How many operators one filter may have; a bare value counts as one.')
  @Between(1, 10_000)
  declare readonly filterOperators: number;

  @Setting('How many values `_in` and `_nin` may list.')
  @Between(1, 10_000)
  declare readonly inLength: number;

  @Setting('How many webhooks one tenant may have.')
  @Between(1, 10_000)
  declare readonly webhooks: number;

  @Setting('The longest pattern of `_like` and `_ilike`, in characters.')
  @Between(1, 10_000)
  declare readonly patternLength: number;

  @Setting('How many fields a list may be sorted by.')
  @Between(1, 32)
  declare readonly sortFields: number;

  @Setting('How many fields a request may select with `fields`.')
  @Between(1, 1000)
  declare readonly fields: number;

  @Setting('How many operations one JSON Patch may have.')
  @Between(1, 100_000)
  declare readonly patchOperations: number;

  @Setting('The largest JSON Schema of a collection, as text.', { unit: 'bytes' })
  @Between(KIB, 16 * MIB)
  declare readonly schemaBytes: number;

  @Setting("How deep a collection's JSON Schema may nest.")
  @Between(1, 200)
  declare readonly schemaDepth: number;

  @Setting("How many schemas and subschemas a collection's JSON Schema may have together.")
  @Between(1, 100_000)
  declare readonly schemaNodes: number;

  @Setting("How much evaluating a collection's JSON Schema once may cost, as Haven estimates it in steps.")
  @Between(1, 10_000_000)
  declare readonly schemaCost: number;

  @Setting('How many indexes one collection may declare; 0 allows none.')
  @Between(0, 64)
  declare readonly indexesPerCollection: number;

  @Setting('How deep the selections of a GraphQL document may nest.')
  @Between(1, 100)
  declare readonly graphqlDepth: number;

  @Setting('How many tokens a GraphQL document may have; it is not parsed any further.')
  @Between(1, 100_000)
  declare readonly graphqlTokens: number;

  @Setting('How many aliases a GraphQL document may have; 0 allows none.')
  @Between(0, 1000)
  declare readonly graphqlAliases: number;

  @Setting(
    'What a GraphQL operation may cost: about as many objects and JSON documents as its answer may hold, by the page sizes it asks for, and 10 for each change and each count.',
  )
  @Between(1, 1_000_000_000)
  declare readonly graphqlCost: number;

  @Setting('How many fields of `Query` or `Mutation` a GraphQL operation may select; `__typename` is free.')
  @Between(1, 1000)
  declare readonly graphqlRootFields: number;

  @Setting('How many directives may stand at one place of a GraphQL document; 0 allows none.')
  @Between(0, 100)
  declare readonly graphqlDirectives: number;

  @Setting('The longest address of a request with its query; more is 414 `URI_TOO_LONG`.', { unit: 'bytes' })
  @Between(KIB, MIB)
  declare readonly uriBytes: number;

  @Setting(
    'The largest header of a request, beside `limits.uriBytes` for its address; more is 431 `HEADERS_TOO_LARGE`.',
    {
      unit: 'bytes',
    },
  )
  @Between(4 * KIB, MIB)
  declare readonly headerBytes: number;

  @Setting('How many fields the header of a request may have; more is 431 `HEADERS_TOO_LARGE`.')
  @Between(16, 1_000)
  declare readonly headerFields: number;

  @Setting('How many wrong lines an import reports before it stops.')
  @Between(1, 10_000)
  declare readonly importErrors: number;

  @Setting('How many records of an import are written in one transaction.')
  @Between(1, 10_000)
  declare readonly importBatch: number;

  @Setting(
    'How many streams and subscriptions of changes one process serves at once; one more is 503 `UNAVAILABLE` with `Retry-After`.',
  )
  @Between(1, 1_000_000)
  declare readonly streams: number;

  @Setting('How many of these one tenant may have open at once in one process; one more is 503 `UNAVAILABLE` as well.')
  @Between(1, 1_000_000)
  declare readonly streamsPerTenant: number;

  @Setting(
    'How many WebSocket connections one process keeps open at once; one more is closed with 1013 and may try again later.',
  )
  @Between(1, 1_000_000)
  declare readonly sockets: number;

  @Setting('How many of these one tenant may have open at once in one process; one more is closed with 1013 as well.')
  @Between(1, 1_000_000)
  declare readonly socketsPerTenant: number;

  @Setting('How many subscriptions one WebSocket connection may have open at once.')
  @Between(1, 10_000)
  declare readonly subscriptionsPerSocket: number;
}
