import { Injectable } from '@nestjs/common';

import { ascending, KeysetPages } from '@haven/api';
import { HavenError } from '@haven/kernel';
import type { Caller, Slice, PageRequest } from '@haven/kernel';

import type { Checkpoint } from '../domain/checkpoint.js';
import { CheckpointsRepository } from '../domain/checkpoints.repository.js';
import { CheckpointView } from './audit.contract.js';

/**
 * Use cases of the audit. Checkpoints make any change to the log detectable, if copies of them are stored where the
 * owner of the database cannot change them.
 */
@Injectable()
export class AuditService {
  constructor(
    private readonly checkpoints: CheckpointsRepository,
    private readonly pages: KeysetPages,
  ) {}

  /** Returns the newest checkpoint. Throws `NOT_FOUND` if there is none yet. */
  async latest(caller: Caller): Promise<CheckpointView> {
    caller.access.requireScope('changes:read');
    const latest = await this.checkpoints.latest(caller);
    if (!latest) throw new HavenError('NOT_FOUND', 'There is no checkpoint yet.');
    return new CheckpointView(latest);
  }

  /** Returns all checkpoints, oldest first, so that an export can continue where the previous one ended. */
  async list(caller: Caller, page: PageRequest): Promise<Slice<CheckpointView>> {
    caller.access.requireScope('changes:read');
    return this.pages.page(page, {
      binding: `${caller.tenantId}/checkpoints`,
      keyOf: ({ number }: Checkpoint) => [number],
      compare: ascending,
      read: ({ beyond, ...range }) => this.checkpoints.list(caller, { beyond: beyond?.[0], ...range }),
      view: (checkpoint) => new CheckpointView(checkpoint),
      count: async () => (await this.checkpoints.latest(caller))?.number ?? 0,
    });
  }
}
