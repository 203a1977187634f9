import { Int } from '@nestjs/graphql';

import { Expose, Input, Output } from '@haven/api';

import type { CacheSettings } from '../domain/cache-settings.js';
import type { History } from '../domain/history.js';

const KEEP = 'Minimum number of newest versions that are kept, at least 1.';
const FOR =
  'Minimum time that a version is kept after it was superseded: a whole number with `d`, `h` or `m` ' +
  '(days, hours, minutes).';
export const HISTORY =
  'Which older versions of records are kept. A version is deleted once it exceeds every given limit; the newest ' +
  'version is never deleted. Needs at least one of `keep` and `for`, which are always set together. Null keeps all ' +
  'versions.';

const MAX_AGE =
  'Maximum age of a cached record that is served: a whole number with `ms`, `s`, `m` or `h` ' +
  '(milliseconds, seconds, minutes, hours), at most 1 h.';
const MAX_AGE_SCHEMA = { pattern: '^[1-9][0-9]{0,6}(ms|s|m|h)$', example: '2s' };

/** How records are cached, as set by a client. */
@Input('CacheSettings', 'How records are cached.')
export class CacheInput {
  @Expose(MAX_AGE, { schema: MAX_AGE_SCHEMA })
  maxAge!: string;
}

/** Which older versions of records are kept, as set by a client. */
@Input('HistorySettings', 'Which older versions of records are kept.')
export class HistoryInput {
  @Expose(KEEP, { as: Int, optional: true, nullable: true, schema: { minimum: 1, example: 10 } })
  keep?: number | null;

  @Expose(FOR, {
    as: String,
    optional: true,
    nullable: true,
    schema: { pattern: '^[1-9][0-9]{0,5}[dhm]$', example: '90d' },
  })
  for?: string | null;
}

/** Which older versions of records are kept. */
@Output('History', 'Which older versions of records are kept.')
export class HistoryView {
  @Expose(KEEP, { as: Int, nullable: true })
  keep: number | null;

  @Expose(FOR, { as: String, nullable: true, schema: { example: '90d' } })
  for: string | null;

  constructor({ keep, for: duration }: History) {
    this.keep = keep;
    this.for = duration;
  }
}

/** How records are cached. */
@Output('Cache', 'How records are cached.')
export class CacheView {
  @Expose(MAX_AGE, { schema: MAX_AGE_SCHEMA })
  maxAge: string;

  constructor({ maxAge }: CacheSettings) {
    this.maxAge = maxAge;
  }
}
