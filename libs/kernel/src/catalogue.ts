/**
 * Every way Haven can refuse or fail, with the HTTP status it has on both doors.
 * The one source of `docs/errors.md`, of the OpenAPI error codes and of GraphQL's `extensions.code`.
 */
export const catalogue = {
  MALFORMED_REQUEST: entry(
    400,
    'Malformed request',
    'The request could not be read: a header, a parameter or the syntax of the body.',
  ),
  MALFORMED_JSON: entry(
    400,
    'Malformed JSON',
    'The body is not well-formed JSON (RFC 8259); `detail` names the line and column.',
  ),
  MALFORMED_GRAPHQL: entry(
    400,
    'Malformed GraphQL',
    'The GraphQL document does not parse, does not validate, or its variables do not fit.',
  ),
  GRAPHQL_LIMIT_EXCEEDED: entry(
    400,
    'GraphQL document too large or too costly',
    'The GraphQL document passes a configured limit; `limit` in `extensions` has its name, how much it allows (`max`) and, where it is known, what was asked for (`value`).',
  ),
  PERSISTED_QUERY_NOT_SUPPORTED: entry(
    400,
    'No trusted documents',
    'The GraphQL request names a document instead of sending it, and this server keeps none (`graphql.trustedDocuments`).',
  ),
  CURSOR_INVALID: entry(
    400,
    'Invalid cursor',
    'The cursor was not made by this server, or was made for another tenant, collection, filter or sort.',
  ),
  IDEMPOTENCY_KEY_INVALID: entry(
    400,
    'Invalid idempotency key',
    'The `Idempotency-Key` is empty, longer than 255 characters or no string.',
  ),
  UNAUTHENTICATED: entry(
    401,
    'Not authenticated',
    'There is no valid API key or token in `Authorization: Bearer …` (RFC 6750); `WWW-Authenticate` says what is wrong.',
  ),
  FORBIDDEN: entry(403, 'Forbidden', 'The key or token is valid, but not for this: `detail` names the scope it lacks.'),
  TENANT_SUSPENDED: entry(403, 'Tenant suspended', 'An operator has suspended the tenant; its data is kept.'),
  QUOTA_EXCEEDED: entry(403, 'Quota exceeded', 'The tenant has as much as its quota allows; `detail` names the quota.'),
  DOCUMENT_NOT_TRUSTED: entry(
    403,
    'Document not trusted',
    'This server runs no GraphQL documents but those that were deployed with it (`graphql.trustedDocuments: only`), and this is none of them.',
  ),
  NOT_FOUND: entry(404, 'Not found', 'No such thing, or none that this tenant can see.'),
  PERSISTED_QUERY_NOT_FOUND: entry(
    404,
    'Unknown document',
    'The GraphQL request names a document by a hash or id that this server does not know. Nothing registers one by sending it.',
  ),
  METHOD_NOT_ALLOWED: entry(
    405,
    'Method not allowed',
    'The resource exists, but not with this method; see the `Allow` header.',
  ),
  NOT_ACCEPTABLE: entry(406, 'Not acceptable', 'None of the media types in `Accept` can be produced.'),
  REQUEST_TIMEOUT: entry(
    408,
    'Request timeout',
    'The header or the body of the request did not arrive in time (`connections.headersTimeout`, `connections.transferTimeout`).',
  ),
  ALREADY_EXISTS: entry(409, 'Already exists', 'The name or id is taken.'),
  COLLECTION_NOT_EMPTY: entry(
    409,
    'Collection not empty',
    'The collection still holds records; delete them first or say `cascade=true`.',
  ),
  PATCH_TEST_FAILED: entry(
    409,
    'Patch test failed',
    'A `test` operation of the JSON Patch (RFC 6902) did not hold; nothing was changed.',
  ),
  IDEMPOTENCY_IN_FLIGHT: entry(
    409,
    'Request in flight',
    'A request with this `Idempotency-Key` is still running; ask again when it has ended.',
  ),
  INDEX_NOT_READY: entry(409, 'Index not ready', 'The index is still being built.'),
  CURSOR_EXPIRED: entry(
    410,
    'Cursor expired',
    'The changes that follow the cursor are no longer kept whole; read the records anew and follow from there.',
  ),
  HISTORY_PRUNED: entry(
    410,
    'History pruned',
    "The moment or version lies before what the collection's `history` setting keeps.",
  ),
  VERSION_CONFLICT: entry(
    412,
    'Version conflict',
    'The precondition (`If-Match`, `If-None-Match`, `expectedVersion` or `ifAbsent`) does not hold; `ETag` and `current` carry the version that is.',
  ),
  PAYLOAD_TOO_LARGE: entry(
    413,
    'Payload too large',
    'The body is larger than `limits.bodyBytes` (of a batch and at `/graphql`: `limits.batchBytes`).',
  ),
  URI_TOO_LONG: entry(
    414,
    'URI too long',
    'The address is too long; send the query in the body (`QUERY` or `POST …/query`).',
  ),
  UNSUPPORTED_MEDIA_TYPE: entry(
    415,
    'Unsupported media type',
    'The `Content-Type` is not one this operation takes; see `Accept-Post`, `Accept-Patch`.',
  ),
  VALIDATION_FAILED: entry(
    422,
    'Validation failed',
    'A member of the request is missing, unknown or wrong; `errors` says where.',
  ),
  JSON_NOT_EXACT: entry(
    422,
    'JSON can not be kept exactly',
    'The JSON holds something that could not come back as it went in: a number no double holds, a duplicate member, `\\u0000`, a lone surrogate, `__proto__`, or too much nesting.',
  ),
  SCHEMA_INVALID: entry(
    422,
    'Invalid JSON Schema',
    'The JSON Schema is not valid, is remote, or would cost too much to evaluate.',
  ),
  SCHEMA_VIOLATION: entry(
    422,
    'Record violates the schema',
    "The data does not satisfy the collection's JSON Schema; `errors` has a pointer for each violation.",
  ),
  SCHEMA_INCOMPATIBLE: entry(
    422,
    'Schema incompatible with stored records',
    'Stored records would break the new schema; change them first, or say `enforce: "new"`.',
  ),
  FILTER_INVALID: entry(
    422,
    'Invalid filter',
    'The filter has an unknown operator, a wrong operand or passes a limit; `errors` points into it.',
  ),
  SORT_INVALID: entry(422, 'Invalid sort', 'The sort, a field path or an index path does not parse or passes a limit.'),
  PATCH_INVALID: entry(
    422,
    'Invalid patch',
    'The patch does not apply: a path that does not exist, an operation that is not one, or a result past a limit.',
  ),
  QUERY_TOO_EXPENSIVE: entry(
    422,
    'Query too expensive',
    'The query passed `database.statementTimeout`, and a declared index would help; `errors` names the fields of filter and sort that have none.',
  ),
  IDEMPOTENCY_MISMATCH: entry(
    422,
    'Idempotency key used for another request',
    'The `Idempotency-Key` was used before, for a request that was not the same; nothing was done.',
  ),
  LIMIT_EXCEEDED: entry(422, 'Limit exceeded', 'The request passes a configured limit; `detail` names it.'),
  PRECONDITION_REQUIRED: entry(
    428,
    'Precondition required',
    'The collection requires `If-Match` (`expectedVersion`) on every change of a record (RFC 6585 §3).',
  ),
  RATE_LIMITED: entry(
    429,
    'Too many requests',
    'The key, the tenant or the address has asked for too much (`rateLimits.*`): `violated-policies` (on GraphQL `violatedPolicies`) says whose limit it is; try again after `Retry-After` seconds.',
    'https://iana.org/assignments/http-problem-types#quota-exceeded',
  ),
  HEADERS_TOO_LARGE: entry(431, 'Header fields too large', 'The request header is too large (RFC 6585 §5).'),
  INTERNAL: entry(500, 'Internal error', 'Haven failed; nothing was changed. Quote the `traceId` when you report it.'),
  UNAVAILABLE: entry(
    503,
    'Service unavailable',
    'The database can not be reached or the server is stopping; try again after `Retry-After` seconds.',
  ),
  OVERLOADED: entry(
    503,
    'Overloaded',
    'The server has more to do than it can; nothing was done. Try again after `Retry-After` seconds.',
  ),
  QUERY_TIMEOUT: entry(
    503,
    'Query took too long',
    'The database gave up on the statement after `database.statementTimeout`, and no index would help; ask for less, or again after `Retry-After` seconds.',
  ),
} as const;

/** A code of the catalogue, as it stands in a problem's and in GraphQL's `code`. */
export type ErrorCode = keyof typeof catalogue;

function entry(status: number, title: string, description: string, type?: string) {
  return { status, title, description, type };
}
