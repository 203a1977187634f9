import { Injectable } from '@nestjs/common';

import { CursorCodec, HavenError, Slice } from '@haven/kernel';
import type { Caller, Window } from '@haven/kernel';
import { HavenConfig, pageSize } from '@haven/platform';

import { Checkpoints } from '../domain/checkpoints.js';
import { CheckpointView } from './audit.contract.js';

/** What proves that nobody has changed the log: checkpoints, to be kept where the database's owner can not reach them. */
@Injectable()
export class AuditService {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly cursors: CursorCodec,
    private readonly config: HavenConfig,
  ) {}

  /** The newest checkpoint; `NOT_FOUND` while there is none. */
  async latest(caller: Caller): Promise<CheckpointView> {
    caller.access.demand('changes:read');
    const latest = await this.checkpoints.latest(caller);
    if (!latest) throw new HavenError('NOT_FOUND', 'There is no checkpoint yet.');
    return new CheckpointView(latest);
  }

  /** All checkpoints, oldest first, so that an export goes on where it ended. */
  async list(caller: Caller, window: Window): Promise<Slice<CheckpointView>> {
    caller.access.demand('changes:read');
    const limit = pageSize(window.limit, this.config);
    const binding = `${caller.tenantId}/checkpoints`;
    const open = (cursor: string) => this.cursors.open(cursor, binding) as [number]; // as sealed below
    const [end] = window.before === undefined ? [Infinity] : open(window.before);
    const [after] =
      window.after === undefined ? [end === Infinity ? 0 : Math.max(0, end - 1 - limit)] : open(window.after);
    const found = await this.checkpoints.list(caller, after, limit + 1);
    const items = found
      .slice(0, limit)
      .filter(({ number }) => number < end)
      .map((checkpoint) => new CheckpointView(checkpoint));
    return new Slice(
      items,
      found.length > items.length,
      after > 0,
      (index) => this.cursors.seal([items[index]?.number ?? 0], binding),
      async () => (await this.checkpoints.latest(caller))?.number ?? 0,
    );
  }
}
