import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { Mutation as GraphqlMutation } from '@nestjs/graphql';
import type { MutationOptions, ReturnTypeFunc } from '@nestjs/graphql';

import { IdempotencyInterceptor } from './idempotency.interceptor.js';

/** A GraphQL mutation, which a client may send again with the same `Idempotency-Key`. */
export function Mutation(type: ReturnTypeFunc, options: MutationOptions): MethodDecorator {
  return applyDecorators(GraphqlMutation(type, options), UseInterceptors(IdempotencyInterceptor));
}
