import { applyDecorators, HttpCode } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation } from '@nestjs/swagger';

import { mayBeAbsent } from './members.js';
import { BODIES } from './operation-bodies.js';
import type { DeclaredBodies } from './operation-bodies.js';
import type { OperationContract } from './operation-contract.js';
import { CACHE_HEADER, conditionHeaders, POSITION_HEADER } from './operation-headers.js';
import { DescribeResponses } from './operation-responses.js';
import { DeclareRoute } from './route.decorators.js';

/**
 * Declares a REST operation: its OpenAPI entry, its success status, the media types it reads and writes, and the
 * headers of its responses. The contract is stored in the configuration of the route, where hooks read it.
 */
export function Operation(contract: OperationContract): MethodDecorator {
  const { id, summary, description, status = 200, consumes, produces, manyDocuments } = contract;
  return applyDecorators(
    HttpCode(status),
    DeclareRoute({
      api: 'rest',
      operation: contract,
      ...(consumes && { consumes }),
      ...(produces && { produces }),
      ...(manyDocuments && { manyDocuments }),
    }),
    ApiOperation({ operationId: id, summary, description, ...bodies(contract) }),
    DescribeResponses(contract),
    ...(contract.conditional ? conditionHeaders() : []),
    ...(contract.consistencyToken ? [POSITION_HEADER] : []),
    ...(contract.cached ? [CACHE_HEADER] : []),
    ...(consumes ? [ApiConsumes(...consumes)] : []),
    ...(contract.body ? [body(contract.body)] : []),
  );
}

/** Returns what differs between media types as an extension, because Nest has no option for it. */
function bodies({ example, examples, schemas }: OperationContract): { [BODIES]?: DeclaredBodies } {
  return example === undefined && !examples && !schemas ? {} : { [BODIES]: { example, examples, schemas } };
}

function body(type: Type | Record<string, unknown>): MethodDecorator {
  if (typeof type !== 'function') return ApiBody({ schema: type as never, required: true });
  return ApiBody({ type, required: !mayBeAbsent(type) });
}
