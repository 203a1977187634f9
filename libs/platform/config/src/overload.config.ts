import { Between } from './between.js';
import { Setting } from './setting.js';
import { MINUTE } from './units.js';

/** Thresholds above which requests are refused immediately, so that running requests finish in time. */
export class OverloadConfig {
  @Setting(
    'Maximum number of transactions that wait for a connection of the pool or for their turn on one. While ' +
      'more wait, requests fail with 503 `OVERLOADED` with `Retry-After`. At 1,000 requests a second, 50 waiting ' +
      'transactions are a delay of 50 ms.',
  )
  @Between(0, 100_000)
  declare readonly poolQueue: number;

  @Setting(
    'Maximum delay of the event loop. While the median of its last delays is greater, requests also fail with 503 ' +
      '`OVERLOADED`. A single long task does not count.',
    { unit: 'milliseconds' },
  )
  @Between(10, MINUTE)
  declare readonly eventLoopDelay: number;

  @Setting(
    'Maximum time that the requests of a burst wait for their turn: up to three times as many as `poolQueue` or ' +
      '`rateLimits.concurrentPerTenant` allow. In a sustained overload, requests are refused at once. 0 refuses them ' +
      'always at once.',
    { unit: 'milliseconds' },
  )
  @Between(0, MINUTE)
  declare readonly burstWait: number;
}
