import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR } from './units.js';

/** Change streams and subscriptions. */
export class ChangesConfig {
  @Setting('Maximum time without data on a change stream; Haven then sends a heartbeat.', {
    unit: 'milliseconds',
  })
  @Between(10, 15_000)
  declare readonly heartbeat: number;

  @Setting(
    'Maximum time in which a client of a change stream may accept none of the data that is ready for it. It ' +
      'is then disconnected, and can resume from its last cursor.',
    { unit: 'milliseconds' },
  )
  @Between(100, HOUR)
  declare readonly stallTimeout: number;
}
