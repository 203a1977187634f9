import type { Client, ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

import { tenantStatement } from '@haven/database';
import { sqlState } from '@haven/kernel';

import { StartError } from '../start-error.js';
import type { SequenceState } from './backup-contents.js';
import { columnList, readSequences, readTables, tableName } from './table-catalog.js';
import type { CatalogTable } from './table-catalog.js';

/**
 * With these settings, every server prints values in the same way. All of them end with the transaction, so a snapshot
 * can also be read through a pooler in transaction mode.
 */
const SETTINGS = `
SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL client_encoding = 'UTF8'; SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres';
SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 3`;

/** Selects the ids of all tenants. Rows of a tenant that was removed from the list are found by the view. */
const TENANTS = 'SELECT id AS tenant FROM haven.tenants UNION SELECT tenant_id FROM haven.tenant_ids ORDER BY 1';

/** All of Haven's rows at one moment. Servers can continue to write. */
export class DatabaseSnapshot {
  private constructor(
    private readonly client: Client,
    private readonly runtimeRole: string,
    readonly tables: readonly CatalogTable[],
    /** Names of the migrations that have run, oldest first. */
    readonly migrations: readonly string[],
    /** States of the sequences, which are at or after all numbers in the rows of the snapshot. */
    readonly sequences: readonly SequenceState[],
    /** Version of the server. */
    readonly postgres: string,
    /** Ids of all tenants, or null if the login sees the rows of all of them at once. */
    private readonly tenants: readonly string[] | null,
  ) {}

  /** Opens a transaction, which ends when the client is closed. */
  static async open(client: Client, runtimeRole: string): Promise<DatabaseSnapshot> {
    const tables = await readTables(client);
    if (tables.length === 0) throw new StartError('This database contains no Haven data to back up.');
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${SETTINGS}`);
    await lockTables(client, tables);
    if (layoutOf(await readTables(client)) !== layoutOf(tables)) {
      throw new StartError('The database was migrated while the backup started; run the command again.');
    }
    const { rows: migrations } = await client.query<{ name: string }>('SELECT name FROM haven.migrations ORDER BY id');
    const { rows: logins } = await client.query<{ postgres: string; seesAll: boolean }>(
      `SELECT current_setting('server_version') AS postgres, rolsuper OR rolbypassrls AS "seesAll"
       FROM pg_roles WHERE rolname = current_user`,
    );
    const { postgres = 'unknown', seesAll = false } = logins[0] ?? {};
    const names = migrations.map(({ name }) => name);
    const sequences = await readSequences(client);
    const tenants = seesAll ? null : await tenantsIn(client, runtimeRole);
    return new DatabaseSnapshot(client, runtimeRole, tables, names, sequences, postgres, tenants);
  }

  /**
   * Returns the rows of one table in the text format of COPY. Row security applies to the owner of the tables too, so
   * unless the login may bypass it, the rows of tenants are read as the runtime role, tenant by tenant.
   */
  async *rows(table: CatalogTable): AsyncGenerator<Buffer> {
    const { client, tenants } = this;
    if (!table.isTenants || tenants === null) {
      yield* copyOut(client, table);
      return;
    }
    await client.query(`SET LOCAL ROLE ${client.escapeIdentifier(this.runtimeRole)}`);
    for (const tenant of tenants) {
      const { text, values } = tenantStatement(tenant);
      await client.query(text, [...values]);
      yield* copyOut(client, table);
    }
    await client.query('RESET ROLE');
  }
}

/**
 * Locks the tables against changes of their definition. This must precede the first query of the transaction, which
 * takes the snapshot: a migration that commits in between would change the tables, but not the rows of the snapshot.
 */
async function lockTables(client: ClientBase, tables: readonly CatalogTable[]): Promise<void> {
  const names = tables.map(({ name }) => tableName(client, name));
  try {
    await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`);
  } catch (error) {
    if (sqlState(error) !== '55P03') throw error;
    throw new StartError('Another session, such as a migration, has locked the tables; back up when it has ended.', {
      cause: error,
    });
  }
}

async function tenantsIn(client: ClientBase, runtimeRole: string): Promise<string[]> {
  await client.query(`SET LOCAL ROLE ${client.escapeIdentifier(runtimeRole)}`);
  const { rows } = await client.query<{ tenant: string }>(TENANTS);
  await client.query('RESET ROLE');
  return rows.map(({ tenant }) => tenant);
}

async function* copyOut(client: ClientBase, { name, columns }: CatalogTable): AsyncGenerator<Buffer> {
  const statement = `COPY ${tableName(client, name)} ${columnList(client, columns)} TO STDOUT`;
  for await (const chunk of client.query(copyTo(statement, { highWaterMark: COPY_BUFFER }))) {
    yield chunk as Buffer; // the stream has no encoding, so its chunks are buffers
  }
}

const COPY_BUFFER = 256 * 1024;

function layoutOf(tables: readonly CatalogTable[]): string {
  return JSON.stringify(tables.map(({ name, columns }) => [name, columns]));
}
