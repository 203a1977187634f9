import type { ClientBase } from 'pg';

import { roleNames } from './roles.js';
import type { DatabaseRoles } from './roles.js';

/** The roles are missing, or the migrating login may not use them. The message states the solution. */
export class RoleError extends Error {
  override readonly name = 'RoleError';
}

/** A connection of the driver, or a query runner of TypeORM. */
interface SqlClient {
  query(text: string): Promise<unknown>;
}

/**
 * Creates the missing roles and grants them to the connected user, as far as the user's rights allow it.
 * `requireRoles` finds out what is missing.
 */
export async function createRoles(client: SqlClient, roles: DatabaseRoles): Promise<void> {
  const names = roleNames(roles).map((name) => `'${name}'`);
  await client.query(`
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY[${names.join(', ')}] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL; -- another process was first
    END;
    BEGIN -- since PostgreSQL 16, the creator of a role is its member but may not SET ROLE to it
      EXECUTE format('GRANT %I TO current_user', wanted);
    EXCEPTION WHEN insufficient_privilege OR undefined_object THEN NULL; -- perhaps an administrator has granted it
    END;
  END LOOP;
END $$`);
}

interface RoleState {
  name: string;
  exists: boolean;
  isUsable: boolean;
}

/**
 * Reads which roles exist, and which of them the connected user can make the owner of objects that it then still
 * manages: it must be able to change to the role, and must inherit its rights. The user grants rights to the runtime
 * role without being its member.
 */
const STATE = `
SELECT wanted.name, r.oid IS NOT NULL AS exists, r.oid IS NOT NULL AND (
  wanted.name = $2 OR pg_has_role(r.oid, 'USAGE') AND pg_has_role(
    r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END
  )
) AS "isUsable"
FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, number) LEFT JOIN pg_roles AS r ON r.rolname = wanted.name
ORDER BY wanted.number`;

/** Reads who uses some roles: the current user, the databases with objects that depend on them, and their members. */
const USERS = `
SELECT current_user AS login, (
  SELECT string_agg(DISTINCT quote_ident(d.datname), ', ') FROM pg_shdepend AS s JOIN pg_database AS d ON d.oid = s.dbid
  WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid IN (SELECT oid FROM pg_roles WHERE rolname = ANY ($1))
) AS databases, (
  SELECT string_agg(DISTINCT quote_ident(m.rolname), ', ') FROM pg_auth_members AS a JOIN pg_roles AS m ON m.oid = a.member
  WHERE a.roleid IN (SELECT oid FROM pg_roles WHERE rolname = ANY ($1)) AND m.rolname <> current_user
) AS members`;

/** Fails with a `RoleError` if migrations cannot use the roles. */
export async function requireRoles(client: ClientBase, roles: DatabaseRoles): Promise<void> {
  const { rows } = await client.query<RoleState>(STATE, [roleNames(roles), roles.runtime]);
  const missing = rows.filter(({ exists }) => !exists).map(({ name }) => name);
  const foreign = rows.filter(({ exists, isUsable }) => exists && !isUsable).map(({ name }) => name);
  if (missing.length === 0 && foreign.length === 0) return;
  const asked = await client.query<RoleUsers>(USERS, [foreign]);
  const users = asked.rows[0] ?? { login: 'the login', databases: null, members: null };
  throw new RoleError(
    foreign.length > 0 ? foreignRoles(foreign, users, roles) : missingRoles(missing, users.login, roles),
  );
}

interface RoleUsers {
  login: string;
  databases: string | null;
  members: string | null;
}

function foreignRoles(names: string[], { login, databases, members }: RoleUsers, roles: DatabaseRoles): string {
  const used = [databases && `in the database ${databases}`, members && `by ${members}`].filter(Boolean).join(', ');
  return (
    `The migrations need the roles ${names.join(' and ')}, which exist, but ${login} may not act as them. ` +
    `All databases of a PostgreSQL server share their roles${used && `, and these are used ${used}`}. ` +
    'If that is another Haven, set database.rolePrefix (HAVEN_DATABASE_ROLE_PREFIX) to a word of your own, ' +
    `and Haven uses roles with that prefix instead of "${roles.prefix}". ` +
    `If the roles are meant for this database too, run as an administrator: ${grantTo(login, roles)}`
  );
}

function missingRoles(names: string[], login: string, roles: DatabaseRoles): string {
  const create = names.map((name) => `CREATE ROLE ${name} NOLOGIN NOINHERIT;`).join(' ');
  return (
    `The roles ${names.join(', ')} do not exist, and ${login} may not create them. Give it CREATEROLE, ` +
    `or run as an administrator: ${create} ${grantTo(login, roles)}`
  );
}

function grantTo(login: string, { reader, upkeep }: DatabaseRoles): string {
  return `GRANT ${reader}, ${upkeep} TO "${login.replaceAll('"', '""')}";`;
}

/**
 * Reads the runtime role that the migrations of this database have used: the role of a policy that the first of them
 * creates, and that none may drop. Undefined if the database has not been migrated. Needs no rights on the schema.
 */
async function recordedRuntimeRole(client: ClientBase): Promise<string | undefined> {
  const { rows } = await client.query<{ rolname: string }>(
    `SELECT r.rolname FROM pg_policy AS p JOIN pg_roles AS r ON r.oid = ANY (p.polroles)
     JOIN pg_class AS c ON c.oid = p.polrelid
     WHERE c.relname = 'collections' AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'haven')
       AND p.polname = 'tenant'`,
  );
  return rows[0]?.rolname;
}

/** Fails with a `RoleError` if the database was migrated with other roles. */
export async function requireSameRoles(client: ClientBase, roles: DatabaseRoles): Promise<void> {
  const recorded = await recordedRuntimeRole(client);
  if (recorded === undefined || recorded === roles.runtime) return;
  const prefix = /^(.+)_runtime$/.exec(recorded)?.[1];
  throw new RoleError(
    `The tables of this database are granted to the role ${recorded}, but database.rolePrefix is "${roles.prefix}". ` +
      (prefix === undefined
        ? `Rename that role to ${roles.runtime}.`
        : `Set database.rolePrefix (HAVEN_DATABASE_ROLE_PREFIX) to "${prefix}".`),
  );
}
