import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';

import { ownerConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';

/** DI token of the {@link DatabaseAddress}. */
export const DATABASE_ADDRESS = Symbol('DATABASE_ADDRESS');

/** Rare work that only the tables' owner may do, such as building an index; never tenant data. */
@Injectable()
export class Owner {
  constructor(@Inject(DATABASE_ADDRESS) private readonly address: DatabaseAddress) {}

  /** Opens a connection of the owning role, runs `work` outside any transaction, closes it. */
  async run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client(ownerConnection(this.address));
    client.on('error', () => undefined); // the statement that runs fails, and the next; without a listener the process would end
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
