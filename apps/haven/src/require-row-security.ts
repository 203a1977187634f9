import type { HavenConfig } from '@haven/config';
import { inspectServingConnection } from '@haven/database';
import type { DatabaseAddress } from '@haven/database';

import { StartError } from './start-error.js';

/**
 * Verifies that row security applies to the connections of the server, because it isolates tenants from each other, and
 * that the settings of the connections reach PostgreSQL. Fails with a `StartError` otherwise. Returns advice for the
 * operator about a setup that is safe but not recommended.
 */
export async function requireRowSecurity(address: DatabaseAddress, config: HavenConfig): Promise<string | undefined> {
  const { flaws, hasRole, isolation, login } = await inspectServingConnection(address, config);
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
    'Set DATABASE_URL to a login that is a member of haven_runtime only, and DATABASE_MIGRATION_URL to the current one.'
  );
}
