import { Extensions } from '@nestjs/graphql';

/** Extension of a field in the GraphQL schema; see {@link ManyDocuments}. */
export const MANY_DOCUMENTS = 'manyDocuments';

/**
 * Declares that a GraphQL field takes many documents. Requests that select it are limited by `limits.batchBytes`
 * instead of `limits.bodyBytes`, as the REST operation with `manyDocuments` is.
 */
export function ManyDocuments(): MethodDecorator & PropertyDecorator {
  return Extensions({ [MANY_DOCUMENTS]: true });
}
