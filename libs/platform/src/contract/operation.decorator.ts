import { applyDecorators, HttpCode, UseInterceptors } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';

import { catalogue } from '@haven/kernel';
import type { ErrorCode } from '@haven/kernel';

import { IdempotencyInterceptor } from '../idempotency/idempotency.interceptor.js';
import {
  conditionHeaders,
  ETAG,
  KEY_HEADER,
  LOCATION,
  POSITION,
  POSITION_HEADER,
  REPLAYED,
} from './operation-headers.js';

/** What a REST operation promises; OpenAPI is made from it, and content negotiation obeys it. */
export interface OperationContract {
  /** Unique name, the same as the GraphQL field's where there is one. */
  id: string;
  summary: string;
  description?: string;
  /** Success status; default 200. */
  status?: 200 | 201 | 202 | 204;
  /** Other successes, such as 201 beside 200 or 304. */
  also?: Record<number, string>;
  /** Class of the answer. */
  answers?: Type;
  /** Errors of the catalogue besides those every operation may have. */
  errors?: readonly ErrorCode[];
  /** Sends an ETag with the version. */
  etag?: boolean;
  /** Understands `If-Match` and `If-None-Match`. */
  conditional?: boolean;
  /** May be sent again with the same `Idempotency-Key`: for every operation that changes something. */
  keyed?: boolean;
  /** Takes and tells `Haven-Position`, where that matters. */
  positioned?: boolean;
  /** Class of the body, and the media types it comes in (each may have a schema of its own). */
  takes?: Type | Record<string, unknown>;
  consumes?: readonly string[];
  produces?: readonly string[];
  /** Its body holds many documents: it may have `limits.batchBytes`. */
  manyDocuments?: boolean;
}

const EVERYWHERE: readonly ErrorCode[] = [
  'MALFORMED_REQUEST',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'TENANT_SUSPENDED',
  'NOT_ACCEPTABLE',
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
  'OVERLOADED',
];
const WITH_BODY: readonly ErrorCode[] = [
  'MALFORMED_JSON',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'JSON_NOT_EXACT',
  'VALIDATION_FAILED',
];

const WITH_KEY: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_INVALID', 'IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_MISMATCH'];

/** Declares a REST operation whole: its OpenAPI entry, its success status, the media types it reads and writes. */
export function Operation(contract: OperationContract): MethodDecorator {
  const { id, summary, description, status = 200, also = {}, consumes, produces, manyDocuments } = contract;
  return applyDecorators(
    HttpCode(status),
    RouteConfig({
      ...(consumes && { consumes }),
      ...(produces && { produces }),
      ...(manyDocuments && { manyDocuments }),
    }),
    ApiOperation({ operationId: id, summary, ...(description && { description }) }),
    success(contract, status),
    ...Object.entries(also).map(([code, text]) => alternative(contract, Number(code), text)),
    ...errorResponses(contract),
    ...(contract.conditional ? conditionHeaders() : []),
    ...(contract.positioned ? [POSITION_HEADER] : []),
    ...(contract.keyed ? [KEY_HEADER, UseInterceptors(IdempotencyInterceptor)] : []),
    ...(consumes ? [ApiConsumes(...consumes)] : []),
    ...(contract.takes ? [body(contract.takes)] : []),
  );
}

function success(contract: OperationContract, status: number): MethodDecorator {
  const { answers, produces } = contract;
  const headers = successHeaders(contract, status);
  const description = status === 204 ? 'Done; there is nothing to say.' : 'Done.';
  if (produces) {
    const contents = produces.map((type) => [
      type,
      type === 'application/json' && answers ? schemaOf(answers) : TEXT[type],
    ]);
    return applyDecorators(
      ...(answers ? [ApiExtraModels(answers)] : []),
      ApiResponse({ status, description, headers, content: Object.fromEntries(contents) }),
    );
  }
  return ApiResponse({ status, description, headers, ...(answers && { type: answers }) });
}

function schemaOf(type: Type) {
  return { schema: { $ref: getSchemaPath(type) } };
}

function alternative(contract: OperationContract, status: number, description: string): MethodDecorator {
  const { answers } = contract;
  const headers = successHeaders(contract, status);
  return ApiResponse({ status, description, headers, ...(status < 300 && answers && { type: answers }) });
}

function successHeaders({ etag, keyed, positioned }: OperationContract, status: number): Record<string, object> {
  return {
    ...(etag && { ETag: ETAG }),
    ...(status === 201 && { Location: LOCATION }),
    ...(keyed && { 'Idempotency-Replayed': REPLAYED }),
    ...(positioned && { 'Haven-Position': POSITION }),
  };
}

function errorResponses({ errors = [], takes, consumes, keyed }: OperationContract): MethodDecorator[] {
  const codes = [
    ...new Set<ErrorCode>([
      ...errors,
      ...EVERYWHERE,
      ...(takes || consumes ? WITH_BODY : []),
      ...(keyed ? WITH_KEY : []),
      'VALIDATION_FAILED', // of parameters and bodies that are not declared
    ]),
  ];
  const byStatus = Map.groupBy(codes, (code) => catalogue[code].status);
  return [...byStatus].map(([status, list]) =>
    ApiResponse({
      status,
      description: list.map((code) => `\`${code}\`: ${catalogue[code].description}`).join('\n\n'),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      ...(status === 412 && { headers: { ETag: ETAG } }),
      ...((status === 503 || status === 429) && {
        headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } },
      }),
    }),
  );
}

function body(takes: Type | Record<string, unknown>): MethodDecorator {
  if (typeof takes !== 'function') return ApiBody({ schema: takes as never, required: true });
  return ApiBody({ type: takes, required: true });
}

const LINES = { schema: { type: 'string', description: 'One JSON object a line.' } } as const;
const TEXT: Record<string, unknown> = {
  'application/x-ndjson': LINES,
  'application/jsonl': LINES,
  'text/event-stream': { schema: { type: 'string', description: 'Server-sent events (WHATWG HTML).' } },
};
