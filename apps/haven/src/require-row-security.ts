import type { HavenConfig } from '@haven/config';
import {
  DatabaseClient,
  databaseRoles,
  inspectServingConnection,
  ownerConnection,
  requireSameRoles,
} from '@haven/database';
import type { DatabaseAddress, RowSecurity } from '@haven/database';
import { sqlState } from '@haven/kernel';

import { StartError } from './start-error.js';

/**
 * Verifies that row security applies to the connections of the server, because it isolates tenants from each other, and
 * that the settings of the connections reach PostgreSQL. Fails with a `StartError` otherwise. Returns advice for the
 * operator about a setup that is safe but not recommended.
 */
export async function requireRowSecurity(address: DatabaseAddress, config: HavenConfig): Promise<string | undefined> {
  const { flaws, hasRole, isolation, login } = await inspect(address, config);
  if (!hasRole) {
    throw new StartError(
      'The connection pooler of DATABASE_URL drops the settings that Haven sends when it connects, such as its role ' +
        '(ignore_startup_parameters in PgBouncer); set HAVEN_DATABASE_POOL_MODE to transaction and ' +
        'DATABASE_SESSION_URL to a URL that leads to PostgreSQL directly.',
    );
  }
  if (isolation !== 'read committed') {
    throw new StartError(
      `Transactions of DATABASE_URL run at the isolation level ${isolation} (default_transaction_isolation), but Haven ` +
        "needs 'read committed'; change it with ALTER ROLE or ALTER DATABASE.",
    );
  }
  if (flaws.length > 0) {
    throw new StartError(
      `Haven does not start, because tenants would not be isolated from each other. ${flaws.join(' ')} ` +
        'Undo the changes to the database, or restore it; see "Roles" in docs/architecture.md.',
    );
  }
  if (!login || !('url' in address)) return undefined;
  return (
    `The login of DATABASE_URL is ${login === 'owner' ? 'the owner of the tables' : 'a superuser'}, ` +
    'so it could switch back from the restricted role that Haven serves under. ' +
    `Set DATABASE_URL to a login that is a member of ${databaseRoles(config.database.rolePrefix).runtime} only, ` +
    'and DATABASE_MIGRATION_URL to the current one.'
  );
}

async function inspect(address: DatabaseAddress, config: HavenConfig): Promise<RowSecurity> {
  try {
    return await inspectServingConnection(address, config);
  } catch (error) {
    if (isRoleFailure(error)) await explainRole(address, config);
    throw error;
  }
}

/** Whether the connection failed because the role does not exist or the login is not its member. */
function isRoleFailure(error: unknown): boolean {
  return ['22023', '42501'].includes(sqlState(error) ?? '');
}

/** Fails with a `RoleError` if the tables belong to other roles than the configured ones. */
async function explainRole(address: DatabaseAddress, { database: { rolePrefix } }: HavenConfig): Promise<void> {
  const login = 'url' in address ? { url: address.url, passwordFile: address.passwordFile } : address;
  const client = new DatabaseClient(ownerConnection(login as DatabaseAddress));
  client.on('error', () => undefined); // a broken connection also fails the query, which reports the error
  try {
    await client.connect();
    await requireSameRoles(client, databaseRoles(rolePrefix));
  } finally {
    await client.end().catch(() => undefined); // the connection may never have been opened
  }
}
