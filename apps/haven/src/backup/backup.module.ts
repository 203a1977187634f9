import { Module } from '@nestjs/common';

import { ScheduledBackups } from './scheduled-backups.js';

/** Scheduled backups. The commands `haven backup` and `haven restore` do not use it. */
@Module({ providers: [ScheduledBackups] })
export class BackupModule {}
