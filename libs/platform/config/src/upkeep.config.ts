import { Between } from './between.js';
import { Setting } from './setting.js';
import { DAY, SECOND } from './units.js';

/** Maintenance tasks that the leader runs in the background. */
export class UpkeepConfig {
  @Setting('How often old versions are pruned according to the `history` settings of collections.', {
    unit: 'milliseconds',
  })
  @Between(SECOND, DAY)
  declare readonly interval: number;
}
