import { Between } from './between.js';
import { Setting } from './setting.js';
import { MINUTE } from './units.js';

/** Past which point requests are refused at once, so that those under way are answered in time. */
export class OverloadConfig {
  @Setting(
    'How many transactions may wait for a connection of the pool, or for their turn on one; while more wait, requests are answered 503 ' +
      '`OVERLOADED` with `Retry-After`. At a thousand requests a second, fifty that wait are a twentieth of a second.',
  )
  @Between(0, 100_000)
  declare readonly poolQueue: number;

  @Setting(
    'How late the event loop may be; while it usually is later, requests are answered 503 `OVERLOADED` as well. One long step is no overload.',
    { unit: 'milliseconds' },
  )
  @Between(10, MINUTE)
  declare readonly eventLoopDelay: number;
}
