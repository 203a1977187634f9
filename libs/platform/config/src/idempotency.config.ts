import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR, MINUTE } from './units.js';

/** Requests with an `Idempotency-Key`, which may be sent again. */
export class IdempotencyConfig {
  @Setting('How long the answer to a request with an `Idempotency-Key` is kept; the key may be used anew after that.', {
    unit: 'milliseconds',
  })
  @Between(MINUTE, 31 * 24 * HOUR)
  declare readonly keepFor: number;

  @Setting('About how often each process deletes the answers that `idempotency.keepFor` keeps no longer.', {
    unit: 'milliseconds',
  })
  @Between(100, HOUR)
  declare readonly pruneEvery: number;
}
