import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';

import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { ComponentHealths } from '@haven/observability';
import type { ComponentHealth } from '@haven/observability';

/** Free space in bytes below which the disk counts as down: PostgreSQL needs several files of 16 MiB for its log. */
const MIN_FREE_BYTES = 128 * 1_024 * 1_024;

/** Reports the disk of the embedded server to `/health`. The disk of another server is not known to this process. */
@Injectable()
export class Disk {
  constructor(
    private readonly config: HavenConfig,
    components: ComponentHealths,
  ) {
    components.add('disk', () => this.report());
  }

  private async report(): Promise<ComponentHealth> {
    const { url, dataDir } = this.config.database;
    if (url !== undefined) return { status: 'not configured' };
    const { bavail, bsize } = await statfs(resolve(dataDir));
    const freeBytes = bavail * bsize;
    return { status: freeBytes < MIN_FREE_BYTES ? 'down' : 'up', freeBytes };
  }
}
