import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { poolOf } from './connection-pool.js';
import { advisoryLockHolders } from './lock-holders.js';
import type { LockHolder } from './lock-holders.js';

/** Finds out which sessions hold the locks of this database. */
@Injectable()
export class LockInspector {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Returns the sessions that hold an advisory lock with a fixed number. */
  async holdersOf(lock: number): Promise<LockHolder[]> {
    const client = await poolOf(this.dataSource).connect();
    try {
      return await advisoryLockHolders(client, lock);
    } finally {
      client.release();
    }
  }
}
