import { ApiHeader } from '@nestjs/swagger';

/* OpenAPI descriptions of the request and response headers of operations. */

export const ETAG = {
  description: 'The version, as a strong entity tag.',
  schema: { type: 'string', example: '"1"' },
} as const;
const POSITION_SCHEMA = {
  type: 'string',
  pattern: '^[0-9A-F]{1,8}/[0-9A-F]{1,8}$',
  example: '00000016/B374D848',
} as const;
export const POSITION_HEADER = ApiHeader({
  name: 'Haven-Position',
  required: false,
  description:
    'The greatest `Haven-Position` of earlier responses, compared as strings. The response then shows nothing ' +
    'older than the client has already seen, and no record comes from the cache.',
  schema: POSITION_SCHEMA,
});
export const POSITION = {
  description: "Position in the database's log that the response reflects; only if there are read replicas.",
  schema: POSITION_SCHEMA,
} as const;
export const CACHE_HEADER = ApiHeader({
  name: 'Cache-Control',
  required: false,
  description: '`no-cache`: the record is read from the database, not from the cache (RFC 9111 §5.2.1.4).',
  schema: { type: 'string', example: 'no-cache' },
});
export const AGE = {
  description:
    "Seconds since the record was read from the database; only if it came from the cache (the collection's `cache`).",
  schema: { type: 'integer', minimum: 0, example: 1 },
} as const;
export const LOCATION = {
  description: 'URL of the created resource.',
  schema: { type: 'string', format: 'uri-reference' },
} as const;

export const LINK = {
  description: 'The pages around this one, as `next`, `prev` and `first` (RFC 8288).',
  schema: { type: 'string' },
} as const;

export function conditionHeaders(): MethodDecorator[] {
  return [
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'Proceed only if the current version is one of these (RFC 9110 §13.1.1).',
      schema: { type: 'string', example: '"1"' },
    }),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description:
        'Proceed only if the current version is none of these; `*` means only if none exists (RFC 9110 §13.1.2).',
      schema: { type: 'string', example: '*' },
    }),
  ];
}
