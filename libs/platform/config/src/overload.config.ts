import { Between } from './between.js';
import { Setting } from './setting.js';
import { MINUTE } from './units.js';

/** Thresholds above which requests wait and are then refused, so that running requests finish in time. */
export class OverloadConfig {
  @Setting(
    'Maximum number of transactions that wait for a connection of the pool or for their turn on one. While ' +
      'more wait, requests wait too, and then fail with 503 `OVERLOADED` with `Retry-After`. At 1,000 requests a ' +
      'second, 50 waiting transactions are a delay of 50 ms.',
  )
  @Between(0, 100_000)
  declare readonly poolQueue: number;

  @Setting(
    'Maximum delay of the event loop. While the median of its last delays is greater, requests wait in the same way. ' +
      'A single long task does not count.',
    { unit: 'milliseconds' },
  )
  @Between(10, MINUTE)
  declare readonly eventLoopDelay: number;

  @Setting(
    'Maximum number of requests that wait for capacity of the process, before anything of them is read. As many may ' +
      'wait for the limits on the requests of their tenant, of which one tenant may have half. Further requests are ' +
      'refused at once.',
  )
  @Between(0, 100_000)
  declare readonly requestQueue: number;

  @Setting(
    'Maximum time that a request waits for capacity, or for the running requests of its tenant, before it is refused. ' +
      'When the oldest one has waited for a quarter of this time, the newest are admitted first. 0 refuses requests ' +
      'at once.',
    { unit: 'milliseconds' },
  )
  @Between(0, MINUTE)
  declare readonly burstWait: number;
}
