import { ArgsType, Field, Int } from '@nestjs/graphql';

import { invalid } from '@haven/kernel';
import type { PageRequest } from '@haven/kernel';

/** The arguments of every connection (Relay Cursor Connections). */
@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'Number of items from the start; at most `limits.pageSize`. Without `first` and `last`, 20.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Returns only items after this cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'Number of items from the end; at most `limits.pageSize`.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Returns only items before this cursor.' })
  before?: string | null;
}

/** Converts the arguments of a connection. Throws `VALIDATION_FAILED` for `first` and `last` together. */
export function toPageRequest({ first, after, last, before }: ConnectionArgs): PageRequest {
  if (first != null && last != null) throw invalid('VALIDATION_FAILED', '/last', 'Must not be combined with first');
  for (const [name, count] of Object.entries({ first, last }))
    if (count != null && count < 0) throw invalid('VALIDATION_FAILED', `/${name}`, 'Must be 0 or more');
  return {
    limit: first ?? last ?? undefined,
    after: after ?? undefined,
    before: before ?? undefined,
    ...(first != null && { from: 'start' }),
    ...(last != null && { from: 'end' }),
  };
}
