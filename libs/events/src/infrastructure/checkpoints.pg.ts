import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { Caller, KeysetRange } from '@haven/kernel';

import type { Checkpoint } from '../domain/checkpoint.js';
import { CheckpointsRepository } from '../domain/checkpoints.repository.js';
import { CHECKPOINT_COLUMNS, checkpointRow } from './checkpoint-rows.js';

@Injectable()
export class PgCheckpoints extends CheckpointsRepository {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async latest(caller: Caller): Promise<Checkpoint | null> {
    const rows = await this.uow.read(caller, {
      name: 'checkpoints.latest',
      text: `SELECT ${CHECKPOINT_COLUMNS} FROM haven.checkpoints
             WHERE tenant_id = haven.current_tenant() ORDER BY number DESC LIMIT 1`,
      values: [],
    });
    return rows.map(checkpointRow)[0] ?? null;
  }

  async list(caller: Caller, { beyond, backwards, limit }: KeysetRange<number>): Promise<Checkpoint[]> {
    const rows = await this.uow.read(caller, {
      name: backwards ? 'checkpoints.listBack' : 'checkpoints.list',
      text: `SELECT ${CHECKPOINT_COLUMNS} FROM haven.checkpoints
             WHERE tenant_id = haven.current_tenant() AND number ${backwards ? '<' : '>'} $1
             ORDER BY number ${backwards ? 'DESC' : 'ASC'} LIMIT $2`,
      values: [beyond ?? (backwards ? Number.MAX_SAFE_INTEGER : 0), limit],
    });
    return rows.map(checkpointRow);
  }
}
