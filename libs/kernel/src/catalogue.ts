/**
 * All errors that Haven returns, with the HTTP status they have in both APIs.
 * The single source of `docs/errors.md`, of the OpenAPI error codes and of GraphQL's `extensions.code`.
 */
export const catalogue = {
  MALFORMED_REQUEST: entry(
    400,
    'Malformed request',
    'The request could not be parsed: a header, a parameter or the syntax of the body is malformed.',
  ),
  MALFORMED_JSON: entry(
    400,
    'Malformed JSON',
    'The body is not well-formed JSON (RFC 8259); `detail` names the line and column.',
  ),
  MALFORMED_CSV: entry(
    400,
    'Malformed CSV',
    'The CSV cannot be read as a table: a row has too few or too many cells, a column has no name, a quote is not ' +
      'closed, or a cell does not have the declared type. `errors` names the lines; nothing was stored.',
  ),
  MALFORMED_GRAPHQL: entry(
    400,
    'Malformed GraphQL',
    'The GraphQL document does not parse or is not valid, or its variables do not match it.',
  ),
  GRAPHQL_LIMIT_EXCEEDED: entry(
    400,
    'GraphQL document too large or too expensive',
    'The GraphQL document exceeds a configured limit. `limit` in `extensions` has its name, the maximum (`max`) and, ' +
      'if known, the requested amount (`value`).',
  ),
  PERSISTED_QUERY_NOT_SUPPORTED: entry(
    400,
    'No trusted documents',
    'The GraphQL request names a stored document instead of sending one, and this server stores none ' +
      '(`graphql.trustedDocuments`).',
  ),
  CURSOR_INVALID: entry(
    400,
    'Invalid cursor',
    'The cursor was not created by this server, or belongs to another tenant, collection, filter or sort.',
  ),
  IDEMPOTENCY_KEY_INVALID: entry(
    400,
    'Invalid idempotency key',
    'The `Idempotency-Key` is empty, longer than 255 characters or not a string.',
  ),
  UNAUTHENTICATED: entry(
    401,
    'Not authenticated',
    'The request has no valid API key or token in `Authorization: Bearer …` (RFC 6750); `WWW-Authenticate` says ' +
      'what is wrong.',
  ),
  FORBIDDEN: entry(
    403,
    'Forbidden',
    'The key or token is valid but does not allow this operation; `detail` names the scope or collection it lacks.',
  ),
  TENANT_SUSPENDED: entry(403, 'Tenant suspended', 'An operator has suspended the tenant. Its data is kept.'),
  QUOTA_EXCEEDED: entry(403, 'Quota exceeded', 'The tenant has reached one of its quotas; `detail` names it.'),
  DOCUMENT_NOT_TRUSTED: entry(
    403,
    'Document not trusted',
    'This server runs only the GraphQL documents that were deployed with it (`graphql.trustedDocuments: only`), ' +
      'and this is not one of them.',
  ),
  NOT_FOUND: entry(404, 'Not found', 'The resource does not exist, or the tenant cannot see it.'),
  PERSISTED_QUERY_NOT_FOUND: entry(
    404,
    'Unknown document',
    'The GraphQL request names a document by a hash or id that this server does not know. Sending a document ' +
      'does not register it.',
  ),
  METHOD_NOT_ALLOWED: entry(
    405,
    'Method not allowed',
    'The resource does not support this method; see the `Allow` header.',
  ),
  NOT_ACCEPTABLE: entry(406, 'Not acceptable', 'None of the media types in `Accept` can be produced.'),
  REQUEST_TIMEOUT: entry(
    408,
    'Request timeout',
    'The header or the body of the request did not arrive in time (`connections.headersTimeout`, ' +
      '`connections.transferTimeout`).',
  ),
  ALREADY_EXISTS: entry(409, 'Already exists', 'The name or id is already in use.'),
  UNIQUE_VIOLATION: entry(
    409,
    'Value already in use',
    'Another record has the same value in a unique index; nothing was changed. `uniqueIndex` names the index, and ' +
      '`holder` the other record if the key may read it. For a changed collection: its records have duplicate values.',
  ),
  RECORD_REFERENCED: entry(
    409,
    'Record is referenced',
    'Other records refer to the record, and their reference does not allow that it is deleted; nothing was changed. ' +
      '`references` has their number, and the first of those that the key may read.',
  ),
  CASCADE_TOO_LARGE: entry(
    409,
    'Deletion changes too many records',
    'The deletion would delete or change more records that refer to the deleted ones than `limits.batchOperations` ' +
      'allows in one transaction; nothing was changed.',
  ),
  COLLECTION_REFERENCED: entry(
    409,
    'Collection is referenced',
    'The schemas of other collections have references to this collection; remove those references first.',
  ),
  COLLECTION_NOT_EMPTY: entry(
    409,
    'Collection not empty',
    'The collection still contains records; delete them first or set `cascade=true`.',
  ),
  PATCH_TEST_FAILED: entry(
    409,
    'Patch test failed',
    'A `test` operation of the JSON Patch (RFC 6902) failed; nothing was changed.',
  ),
  IDEMPOTENCY_IN_FLIGHT: entry(
    409,
    'Request in flight',
    'A request with this `Idempotency-Key` is still running; retry when it has finished.',
  ),
  STORED_VALUE_MISMATCH: entry(
    409,
    'Stored value does not fit its type',
    'A typed GraphQL field is null because the stored value does not fit its type, for example in a record that is older ' +
      'than the schema; `path` names the field, `errors` has a pointer into the record. `_data` returns the value.',
  ),
  INDEX_NOT_READY: entry(409, 'Index not ready', 'The index is still being built.'),
  CURSOR_EXPIRED: entry(
    410,
    'Cursor expired',
    'Some of the changes after the cursor have been pruned; read the records again and follow changes from there.',
  ),
  HISTORY_PRUNED: entry(
    410,
    'History pruned',
    "The requested time or version is older than what the collection's `history` setting keeps.",
  ),
  VERSION_CONFLICT: entry(
    412,
    'Version conflict',
    'The precondition (`If-Match`, `If-None-Match`, `expectedVersion` or `ifAbsent`) failed; `ETag` and ' +
      '`current` have the current version.',
  ),
  PAYLOAD_TOO_LARGE: entry(
    413,
    'Payload too large',
    'The body is larger than `limits.bodyBytes` (for a batch: `limits.batchBytes`).',
  ),
  URI_TOO_LONG: entry(
    414,
    'URI too long',
    'The URL is too long; send the query in the body (`QUERY`, `POST …/query` or `POST …/export`).',
  ),
  UNSUPPORTED_MEDIA_TYPE: entry(
    415,
    'Unsupported media type',
    'This operation does not accept the `Content-Type`; see `Accept-Post`, `Accept-Patch`.',
  ),
  VALIDATION_FAILED: entry(
    422,
    'Validation failed',
    'A member or parameter of the request is missing, unknown or invalid; `errors` has a pointer to each one.',
  ),
  JSON_NOT_EXACT: entry(
    422,
    'JSON cannot be stored exactly',
    'The JSON contains something that could not be returned as it was sent: a number whose decimal value differs from ' +
      'what JavaScript prints for the double that it is read as, a duplicate member, `\\u0000`, a lone surrogate, ' +
      '`__proto__`, or too much nesting.',
  ),
  SCHEMA_INVALID: entry(
    422,
    'Invalid JSON Schema',
    'The JSON Schema is not valid, refers to a remote schema, or would cost too much to evaluate.',
  ),
  REFERENCE_BROKEN: entry(
    422,
    'Reference to a missing record',
    'A reference in the data is not the id of an existing record of the collection that it refers to; `errors` name ' +
      'the members.',
  ),
  SCHEMA_VIOLATION: entry(
    422,
    'Record violates the schema',
    "The data does not satisfy the collection's JSON Schema; `errors` has a pointer for each violation.",
  ),
  SCHEMA_INCOMPATIBLE: entry(
    422,
    'Schema incompatible with stored records',
    'Stored records would violate the new schema; change them first, or set `enforce: "new"`.',
  ),
  FILTER_INVALID: entry(
    422,
    'Invalid filter',
    'The filter has an unknown operator or an invalid operand, or exceeds a limit; `errors` has a pointer to the ' +
      'place.',
  ),
  SORT_INVALID: entry(
    422,
    'Invalid sort',
    'The sort, a field path or an index path does not parse or exceeds a limit.',
  ),
  AGGREGATE_INVALID: entry(
    422,
    'Invalid aggregate',
    '`groupBy`, `compute`, `having` or `sort` of an aggregate does not parse, or names an unknown time zone or column; ' +
      '`errors` has a pointer to the place.',
  ),
  RESULT_OUT_OF_RANGE: entry(
    422,
    'Result out of range',
    'A sum, an average or a percentile is beyond the range of a double; `errors` has a pointer to the column.',
  ),
  PATCH_INVALID: entry(
    422,
    'Invalid patch',
    'The patch cannot be applied: a path does not exist, an operation is invalid, or the result exceeds a limit.',
  ),
  PATCH_TOO_EXPENSIVE: entry(
    422,
    'Patch too expensive',
    'Applying the JSON Patch (RFC 6902) is too much work (`limits.patchCost`); `errors` has a pointer to the operation ' +
      'that exceeds the limit. Nothing was changed.',
  ),
  QUERY_TOO_EXPENSIVE: entry(
    422,
    'Query too expensive',
    'The query exceeded `database.statementTimeout`, and declaring an index would help: `errors` names the fields of the ' +
      'filter and the sort that have none, or the index that an aggregate needs. Or an aggregate has more groups than ' +
      '`limits.aggregateGroups`, or larger ones than `limits.aggregateBytes`.',
  ),
  IDEMPOTENCY_MISMATCH: entry(
    422,
    'Idempotency key used for another request',
    'The `Idempotency-Key` was used before for a different request; nothing was done.',
  ),
  LIMIT_EXCEEDED: entry(422, 'Limit exceeded', 'The request exceeds a configured limit; `detail` names it.'),
  PRECONDITION_REQUIRED: entry(
    428,
    'Precondition required',
    'The collection requires `If-Match` (`expectedVersion`) on every change of a record (RFC 6585 §3).',
  ),
  RATE_LIMITED: entry(
    429,
    'Too many requests',
    'The API key, the tenant or the IP address has exceeded a rate limit (`rateLimits.*`); `violated-policies` ' +
      '(in GraphQL `violatedPolicies`) names the limits. Try again after `Retry-After` seconds.',
    'https://iana.org/assignments/http-problem-types#quota-exceeded',
  ),
  HEADERS_TOO_LARGE: entry(431, 'Header fields too large', 'The request header is too large (RFC 6585 §5).'),
  INTERNAL: entry(
    500,
    'Internal error',
    'An unexpected error occurred in Haven; nothing was changed. Include the `traceId` when you report it.',
  ),
  UNAVAILABLE: entry(
    503,
    'Service unavailable',
    'The database cannot be reached or lacks resources, or the server is stopping. Try again after `Retry-After` seconds.',
  ),
  OVERLOADED: entry(
    503,
    'Overloaded',
    'The server has more requests than it can handle; nothing was done. Try again after `Retry-After` seconds.',
  ),
  SEARCH_BUILDING: entry(
    503,
    'Search is being built',
    'The search index of the collection is still being built, or is built again after an upgrade or a restore. Try ' +
      'again after `Retry-After` seconds; `search` of the collection has the progress.',
  ),
  QUERY_TIMEOUT: entry(
    503,
    'Query took too long',
    'The database canceled the statement after `database.statementTimeout`, and no index would help; or a dry run took ' +
      'longer than `dryRun.timeout`. Request less, or try again after `Retry-After` seconds.',
  ),
} as const;

/** A code of the catalogue: the `code` of a REST problem and of a GraphQL error. */
export type ErrorCode = keyof typeof catalogue;

/** `type` is the problem type (RFC 9457) if it is not Haven's own. */
function entry(status: number, title: string, description: string, type?: string) {
  return { status, title, description, type };
}
