import { Between } from './between.js';
import { Setting } from './setting.js';
import { DAY, SECOND } from './units.js';

/** The checkpoints that make tampering with the event log detectable. */
export class AuditConfig {
  @Setting('Number of events of a tenant after which a checkpoint is created; no checkpoint covers more.')
  @Between(1, 100_000)
  declare readonly checkpointEvents: number;

  @Setting(
    'How often a checkpoint is created for the events since the last one; none is created if there are no ' +
      'new events.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(SECOND, DAY)
  declare readonly checkpointInterval: number;
}
