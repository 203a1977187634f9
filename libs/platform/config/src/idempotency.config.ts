import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR, MINUTE } from './units.js';

/** Requests with an `Idempotency-Key`, which clients may safely repeat. */
export class IdempotencyConfig {
  @Setting(
    'How long the response to a request with an `Idempotency-Key` is stored. After that the key can be used ' +
      'for another request.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(MINUTE, 31 * 24 * HOUR)
  declare readonly keepFor: number;

  @Setting(
    'Approximate interval at which each process deletes stored responses that are older than ' +
      '`idempotency.keepFor`.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(100, HOUR)
  declare readonly pruneEvery: number;
}
