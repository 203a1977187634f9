import { IsNotEmpty, IsOptional } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { DAY, MINUTE } from './units.js';

/** Scheduled backups ([backup](backup.md#scheduled-backups)). */
export class BackupConfig {
  @Setting(
    'How often one of the processes backs up the database to `backup.directory`. If it is not set, there are no ' +
      'scheduled backups.',
    { unit: 'milliseconds' },
  )
  @IsOptional()
  @Between(MINUTE, 365 * DAY)
  declare readonly every?: number;

  @Setting(
    'Existing directory for scheduled backups of this database and no other. If processes run on several machines, ' +
      'all of them need the same directory, on a shared volume.',
  )
  @IsOptional()
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly directory?: string;

  @Setting('Number of scheduled backups to keep. Older ones are removed when a new one is complete.')
  @Between(1, 10_000)
  declare readonly keep: number;
}
