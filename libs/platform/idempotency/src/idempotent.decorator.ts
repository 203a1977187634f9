import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

import { ErrorResponses, SuccessHeaders, WrapHandler } from '@haven/api';

import { IdempotentExecution } from './idempotent-execution.js';
import { SingleWriteExecution } from './single-write-execution.js';

const KEY_HEADER = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description:
    "A string of the client's choice, 1 to 255 characters, with or without quotes. A request with the same key " +
    'is executed once; repeated requests get the stored response (`idempotency.keepFor`).',
  schema: { type: 'string', example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"' },
});
const REPLAYED = {
  description:
    '`true`: this is the response to an earlier request with the same `Idempotency-Key`; nothing was done now.',
  schema: { type: 'string', enum: ['true'] },
} as const;

interface IdempotentOptions {
  /** Whether the operation usually changes one record and nothing else; it is then executed in one round trip. */
  readonly isSingleWrite?: boolean;
}

/**
 * Allows clients to repeat a request with the same `Idempotency-Key`. Use it on every operation that changes data: on
 * the REST route and on the corresponding mutation.
 */
export function Idempotent({ isSingleWrite = false }: IdempotentOptions = {}): MethodDecorator {
  return applyDecorators(
    WrapHandler(isSingleWrite ? SingleWriteExecution : IdempotentExecution),
    KEY_HEADER,
    ErrorResponses(['IDEMPOTENCY_KEY_INVALID', 'IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_MISMATCH', 'QUOTA_EXCEEDED']),
    SuccessHeaders({ 'Idempotency-Replayed': REPLAYED }),
  );
}
