import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';

import { catalogue } from '@haven/kernel';
import type { ErrorCode } from '@haven/kernel';

import { isLinked } from './operation-contract.js';
import type { OperationContract } from './operation-contract.js';
import { AGE, ETAG, LINK, LOCATION, POSITION } from './operation-headers.js';

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
];

const CONTRACT = Symbol('operation contract');
/** Swagger's own metadata, from which a description is taken over. */
const RESPONSES = 'swagger/apiResponse';
const HEADERS = Symbol('further headers of an operation');
const MEMBER = Symbol('optional member of the response of an operation');

/** Describes the responses of an operation in OpenAPI. */
export function DescribeResponses(contract: OperationContract): MethodDecorator {
  const { errors = [], body, consumes } = contract;
  return (target, property, descriptor) => {
    Reflect.defineMetadata(CONTRACT, contract, Object(descriptor.value));
    describeSuccess(contract)(target, property, descriptor);
    // Every operation refuses undeclared parameters and bodies.
    const codes: ErrorCode[] = [...errors, ...EVERYWHERE, ...(body || consumes ? WITH_BODY : []), 'VALIDATION_FAILED'];
    ErrorResponses(codes)(target, property, descriptor);
  };
}

/** Describes errors of an operation. Swagger appends them to errors of the same status from other decorators. */
export function ErrorResponses(codes: readonly ErrorCode[]): MethodDecorator {
  const byStatus = Map.groupBy(new Set(codes), (code) => catalogue[code].status);
  const responses = [...byStatus].map(([status, list]) =>
    ApiResponse({
      status,
      description: list.map((code) => `\`${code}\`: ${catalogue[code].description}`).join('\n\n'),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      ...(status === 412 && { headers: { ETag: ETAG } }),
      ...((status === 503 || status === 429) && {
        headers: { 'Retry-After': { description: 'Seconds to wait before retrying.', schema: { type: 'integer' } } },
      }),
    }),
  );
  return applyDecorators(...responses);
}

/** Describes additional headers of successful responses. It can be used above or below `@Operation`. */
export function SuccessHeaders(headers: Record<string, object>): MethodDecorator {
  return (target, property, descriptor) => {
    const handler = Object(descriptor.value);
    Reflect.defineMetadata(HEADERS, { ...Reflect.getMetadata(HEADERS, handler), ...headers }, handler);
    // Decorators run from bottom to top: if `@Operation` is above, there is no contract yet, and it reads the headers.
    const contract = Reflect.getMetadata(CONTRACT, handler) as OperationContract | undefined;
    if (!contract) return;
    // Swagger would append the descriptions a second time, so this call passes none.
    describeSuccess(contract, () => '')(target, property, descriptor);
  };
}

/** An optional member of a response, and the description of a response that has it. */
interface FurtherMember {
  readonly name: string;
  readonly type: Type;
  readonly description: string;
}

/**
 * Describes a member that a response with status 200 can have in addition to those of its class. If the operation has
 * another status, 200 is the status of responses with this member. Must be used below `@Operation`.
 */
export function SuccessMember(name: string, type: Type, description: string): MethodDecorator {
  const member: FurtherMember = { name, type, description };
  const decorator: MethodDecorator = (_target, _property, descriptor) => {
    const handler = Object(descriptor.value);
    if (Reflect.hasMetadata(CONTRACT, handler)) throw new Error('SuccessMember must be used below @Operation.');
    Reflect.defineMetadata(MEMBER, member, handler);
  };
  return applyDecorators(ApiExtraModels(type), decorator);
}

type Describe = (description: string) => string;

function describeSuccess(contract: OperationContract, describe: Describe = (description) => description) {
  const { status = 200, additionalResponses = {} } = contract;
  const done = status === 204 ? 'Success; the response has no body.' : 'Success.';
  const decorator: MethodDecorator = (target, property, descriptor) => {
    const further = Reflect.getMetadata(HEADERS, Object(descriptor.value)) as Record<string, object> | undefined;
    success(contract, describe(done), further)(target, property, descriptor);
    for (const [code, text] of Object.entries(additionalResponses)) {
      alternative(contract, Number(code), describe(text), further)(target, property, descriptor);
    }
    const member = Reflect.getMetadata(MEMBER, Object(descriptor.value)) as FurtherMember | undefined;
    if (member) withMember(contract, member, describe)(target, property, descriptor);
  };
  return decorator;
}

function success(contract: OperationContract, description: string, further?: Record<string, object>): MethodDecorator {
  const { status = 200, response, produces } = contract;
  const headers = successHeaders(contract, status, further);
  if (!produces) return ApiResponse({ status, description, headers, ...(response && { type: response }) });
  const contents = produces.map((type) => [
    type,
    type === 'application/json' && response ? schemaOf(response) : TEXT[type],
  ]);
  return applyDecorators(
    ...(response ? [ApiExtraModels(response)] : []),
    ApiResponse({ status, description, headers, content: Object.fromEntries(contents) }),
  );
}

/** Describes the response with status 200 that has a further member, and keeps the schema of the others. */
function withMember(
  { status = 200, response, ...contract }: OperationContract,
  { name, type, description }: FurtherMember,
  describe: Describe,
): MethodDecorator {
  const own = { type: 'object', properties: { [name]: { $ref: getSchemaPath(type) } } };
  const isAlways = status !== 200;
  const schema = {
    ...(response ? { allOf: [{ $ref: getSchemaPath(response) }, own] } : own),
    ...(isAlways && { required: [name] }),
  };
  const decorator: MethodDecorator = (target, property, descriptor) => {
    const handler = Object(descriptor.value);
    const responses = Reflect.getMetadata(RESPONSES, handler) as Record<number, { type?: unknown; isArray?: unknown }>;
    const { type: _type, isArray: _isArray, ...known } = responses[200] ?? {};
    Reflect.defineMetadata(RESPONSES, { ...responses, 200: known }, handler);
    ApiResponse({
      status: 200,
      description: isAlways ? describe(description) : '',
      ...(isAlways && { headers: successHeaders({ ...contract, etag: false }, 200) }),
      content: { 'application/json': { schema: schema as never } },
    })(target, property, descriptor);
  };
  return applyDecorators(...(response ? [ApiExtraModels(response)] : []), decorator);
}

function schemaOf(type: Type) {
  return { schema: { $ref: getSchemaPath(type) } };
}

function alternative(
  contract: OperationContract,
  status: number,
  description: string,
  further?: Record<string, object>,
): MethodDecorator {
  const { response } = contract;
  const headers = successHeaders(contract, status, further);
  return ApiResponse({ status, description, headers, ...(status < 300 && response && { type: response }) });
}

function successHeaders(contract: OperationContract, status: number, further?: Record<string, object>) {
  return {
    ...(contract.etag && { ETag: ETAG }),
    ...(status === 201 && { Location: LOCATION }),
    ...(isLinked(contract) && { Link: LINK }),
    ...further,
    ...(contract.consistencyToken && { 'Haven-Position': POSITION }),
    ...(contract.cached && { Age: AGE }),
  };
}

const LINES = { schema: { type: 'string', description: 'One JSON object per line.' } } as const;
const TEXT: Record<string, unknown> = {
  'application/x-ndjson': LINES,
  'application/jsonl': LINES,
  'application/ndjson': LINES,
  'text/csv': { schema: { type: 'string', description: 'CSV (RFC 4180). The first line is the header.' } },
  'text/event-stream': { schema: { type: 'string', description: 'Server-sent events (WHATWG HTML).' } },
};
