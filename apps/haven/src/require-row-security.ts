import pg from 'pg';

import type { HavenConfig } from '@haven/config';
import { inspectRowSecurity, runtimeConnection } from '@haven/database';
import type { DatabaseAddress, RowSecurity } from '@haven/database';

import { StartError } from './start-error.js';

/**
 * Refuses to serve over connections that row security does not bind: what keeps tenants apart is looked at, not believed.
 * Answers what whoever runs Haven should know, though it serves.
 */
export async function requireRowSecurity(address: DatabaseAddress, config: HavenConfig): Promise<string | undefined> {
  const { flaws, login } = await inspect(address, config);
  if (flaws.length > 0) {
    throw new StartError(
      `Haven does not start, for tenants would not be kept apart. ${flaws.join(' ')} ` +
        'Undo what was changed, or restore the database; see "Roles" in docs/architecture.md.',
    );
  }
  if (!login || !('url' in address)) return undefined;
  return (
    `The login of DATABASE_URL is ${login === 'owner' ? "the tables' owner" : 'a superuser'}, and could put off the role it serves under. ` +
    'Give it one that is a member of haven_runtime and nothing else, and the other to DATABASE_MIGRATION_URL.'
  );
}

async function inspect(address: DatabaseAddress, config: HavenConfig): Promise<RowSecurity> {
  const client = new pg.Client(runtimeConnection(address, config));
  client.on('error', () => undefined); // a connection that breaks also fails the query, which is where it is heard
  try {
    await client.connect();
    return await inspectRowSecurity(client);
  } finally {
    await client.end().catch(() => undefined); // it may never have been open
  }
}
