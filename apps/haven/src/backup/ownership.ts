import type { Client } from 'pg';

import { roleNames } from '@haven/database';
import type { DatabaseRoles } from '@haven/database';

/**
 * Makes one role the owner of every object in the schema `haven` that another role owns. Omits indexes, row types and
 * sequences that belong to a column: PostgreSQL changes their owner along with the owner of the table.
 */
const CHANGE_OWNER = `
DO $$
DECLARE statement text;
BEGIN
  FOR statement IN
    SELECT format('ALTER %s %s OWNER TO %I', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, to_role)
    FROM pg_class AS c WHERE c.relnamespace = 'haven'::regnamespace AND c.relowner = from_role AND relkind IN ('r', 'p', 'v', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND relkind = 'S' AND deptype IN ('a', 'i'))
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO %I', oid::regprocedure, to_role)
    FROM pg_proc WHERE pronamespace = 'haven'::regnamespace AND proowner = from_role
    UNION ALL
    SELECT format('ALTER SCHEMA haven OWNER TO %I', to_role)
  LOOP
    EXECUTE statement;
  END LOOP;
END $$`;

/** Creates the role that owned the backed-up objects, unless it exists. Returns whether it was created. */
export async function createOwner(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  if (rowCount !== 0) return false;
  await client.query(`CREATE ROLE ${client.escapeIdentifier(name)} NOLOGIN`);
  return true;
}

/**
 * Makes the role `to` the owner of everything that the role `from` owns, and grants `to` the roles that later
 * migrations require.
 */
export async function transferOwnership(
  client: Client,
  { from, to }: { from: string; to: string },
  roles: DatabaseRoles,
): Promise<void> {
  const name = client.escapeIdentifier(to);
  if (from !== to) {
    const role = client.escapeLiteral(client.escapeIdentifier(from));
    const declared = `from_role regrole := ${role}; to_role name := ${client.escapeLiteral(to)}; statement text;`;
    await client.query(CHANGE_OWNER.replace('statement text;', () => declared));
  }
  const { rows } = await client.query<{ superuser: boolean }>(
    'SELECT rolsuper AS superuser FROM pg_roles WHERE rolname = $1',
    [to],
  );
  if (rows[0]?.superuser) return;
  await client.query(`GRANT ${roleNames(roles).join(', ')} TO ${name} WITH ADMIN OPTION`);
}

/** Removes a role that was created only for a restore. */
export async function dropOwner(client: Client, name: string): Promise<void> {
  const role = client.escapeIdentifier(name);
  await client.query(`DROP OWNED BY ${role}`);
  await client.query(`DROP ROLE ${role}`);
}
