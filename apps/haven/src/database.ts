import { resolve } from 'node:path';

import { EmbeddedPostgres, ensureDatabase } from '@haven/platform';
import type { DatabaseAddress, HavenConfig } from '@haven/platform';

/** A database Haven can use, and how to let go of it. */
export interface OpenDatabase {
  address: DatabaseAddress;
  /** Where the data lies, for people. */
  place: string;
  stop(): Promise<void>;
}

/** The database the configuration names, or else the embedded server, started. */
export async function openDatabase({ database }: HavenConfig): Promise<OpenDatabase> {
  if (database.url !== undefined) {
    const { url, migrationUrl = url } = database;
    const { host, pathname } = new URL(url);
    return { address: { url, migrationUrl }, place: `PostgreSQL at ${host}${pathname}`, stop: async () => undefined };
  }
  const server = await EmbeddedPostgres.start({ dataDir: resolve(database.dataDir) });
  try {
    const address = await ensureDatabase(server.connection, 'haven');
    return { address, place: `${server.dataDir} (embedded PostgreSQL 18)`, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
