import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

import { ErrorResponses, SuccessHeaders } from '@haven/api';

import { IdempotencyInterceptor } from './idempotency.interceptor.js';

const KEY_HEADER = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description:
    "A string of the client's choice, 1 to 255 characters, quoted or bare. A request with the same key is done once, and answered again as it was (`idempotency.keepFor`).",
  schema: { type: 'string', example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"' },
});
const REPLAYED = {
  description:
    '`true`: this is the answer to an earlier request with the same `Idempotency-Key`; nothing was done now.',
  schema: { type: 'string', enum: ['true'] },
} as const;

/**
 * Lets clients send a request again with the same `Idempotency-Key`. It belongs on every operation that changes something:
 * on the REST route, and on the mutation beside it.
 */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    KEY_HEADER,
    ErrorResponses(['IDEMPOTENCY_KEY_INVALID', 'IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_MISMATCH']),
    SuccessHeaders({ 'Idempotency-Replayed': REPLAYED }),
  );
}
