import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';

import { ownerConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';

/** DI token of the {@link DatabaseAddress}. */
export const DATABASE_ADDRESS = Symbol('DATABASE_ADDRESS');

/** Runs rare work that only the owner of the tables may do, such as building an index. Never used for tenant data. */
@Injectable()
export class Owner {
  constructor(@Inject(DATABASE_ADDRESS) private readonly address: DatabaseAddress) {}

  /** Opens a connection as the owning role, runs `work` on it outside any transaction, and closes it. */
  async run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client(ownerConnection(this.address));
    // The current statement fails and reports the error. Without a listener, the error would end the process.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
