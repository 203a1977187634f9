import type pg from 'pg';
import type { ClientBase } from 'pg';

import type { HavenConfig } from '@haven/config';

import { pooledConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { runWithoutTenant, transactionStart } from './transaction-start.js';
import { WatchedClient } from './watched-client.js';

/** The result of checking whether row security restricts the runtime role on the tables of the schema `haven`. */
export interface RowSecurity {
  /** Reasons why the role could access rows of other tenants, one sentence each; empty if there are none. */
  flaws: string[];
  /** Whether the role was set. If not, a connection pooler has dropped the settings that Haven sent. */
  hasRole: boolean;
  /** Default isolation level of transactions. */
  isolation: string;
  /**
   * Set if the login user is a superuser or owns tables, because it could then bypass row security by resetting the
   * role.
   */
  login?: 'superuser' | 'owner';
}

/**
 * Checks whether row security restricts the role of this connection. The role must neither own anything nor be able to
 * bypass row security, either itself or through other roles. Each table that has a tenant column and on which the role
 * has any rights must have forced row security with a policy that admits only rows of the current tenant.
 *
 * Both statements are sent before this returns.
 */
export async function inspectRowSecurity(client: ClientBase): Promise<RowSecurity> {
  const flawsSent = client.query<{ flaw: string }>([ROLES, OWNED, TABLES, POLICIES, VIEWS].join('\nUNION ALL\n'));
  const loginSent = client.query<{ login: 'superuser' | 'owner' | null; role: string; isolation: string }>(LOGIN);
  const [{ rows: flaws }, { rows: logins }] = await Promise.all([flawsSent, loginSent]);
  const { login, role = 'none', isolation = '' } = logins[0] ?? {};
  return { flaws: flaws.map(({ flaw }) => flaw), hasRole: role !== 'none', isolation, ...(login && { login }) };
}

/** Checks the connections that serve requests, over one of its own. */
export async function inspectServingConnection(address: DatabaseAddress, config: HavenConfig): Promise<RowSecurity> {
  const client: pg.Client = new WatchedClient(pooledConnection(address, config));
  try {
    await client.connect();
    return await runWithoutTenant(client, transactionStart(config), () => inspectRowSecurity(client));
  } finally {
    await client.end().catch(() => undefined); // the connection may never have been opened
  }
}

const ROLES = `
SELECT format('The role %s %s', current_user,
  CASE WHEN rolname <> current_user THEN format('is a member of %s, which bypasses row security.', rolname)
    WHEN rolsuper THEN 'is a superuser.' ELSE 'has BYPASSRLS.' END) AS flaw
FROM pg_roles WHERE (rolsuper OR rolbypassrls)
  AND CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN rolname = current_user
    ELSE pg_has_role(current_user, oid, 'MEMBER') END`;

/** Selects the tables, views and sequences of Haven. */
const RELATIONS =
  "pg_class AS c WHERE c.relnamespace = to_regnamespace('haven') AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')";

/**
 * Whether the current user is a superuser. `pg_has_role` is true for a superuser and any role, so it cannot be used
 * then.
 */
const IS_SUPERUSER = '(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)';

const OWNED = `
SELECT format('The role %s owns %s.', current_user, c.oid::regclass) FROM ${RELATIONS}
  AND CASE WHEN ${IS_SUPERUSER} THEN pg_get_userbyid(c.relowner) = current_user
    ELSE pg_has_role(current_user, c.relowner, 'MEMBER') END`;

/**
 * Selects the tables with a tenant column. A table without any policy is acceptable if the role has no rights on it,
 * such as `every_record`, which is accessible only through a view that has the rights of its owner.
 */
const GUARDED = `
SELECT c.oid, c.relrowsecurity, c.relforcerowsecurity, EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid) AS has_policy
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE c.relnamespace = to_regnamespace('haven') AND c.relkind IN ('r', 'p', 'f', 'm')
  AND (EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
    OR has_table_privilege(current_user, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
    OR has_any_column_privilege(current_user, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))`;

const TABLES = `
SELECT format('The table %s %s.', oid::regclass, CASE WHEN NOT relrowsecurity THEN 'has no row security'
  WHEN NOT relforcerowsecurity THEN 'does not force row security on its owner' ELSE 'has no policy' END)
FROM (${GUARDED}) AS guarded WHERE NOT (relrowsecurity AND relforcerowsecurity AND has_policy)`;

/** Matches a condition as PostgreSQL prints it: the condition on the tenant alone, or combined with others by AND. */
const BY_TENANT = String.raw`'^\((\(tenant_id = (haven\.)?current_tenant\(\)\) AND .*|tenant_id = (haven\.)?current_tenant\(\))\)$'`;

/**
 * Selects policies that do not check the tenant. PostgreSQL admits a row if any permissive policy admits it, so every
 * permissive policy must check the tenant. Restrictive policies can only exclude rows, so they are not checked.
 */
const POLICIES = `
SELECT format('The policy %I on %s does not keep to the current tenant.', p.polname, p.polrelid::regclass)
FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid, LATERAL (
  VALUES (pg_get_expr(p.polqual, p.polrelid), p.polcmd <> 'a'),
    (coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid)), p.polcmd IN ('a', 'w', '*'))
) AS asked (condition, applies)
WHERE c.relnamespace = to_regnamespace('haven') AND p.polpermissive AND asked.applies
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id')
  AND EXISTS (SELECT FROM unnest(p.polroles) AS role WHERE role = 0 OR pg_has_role(current_user, role, 'USAGE'))
  AND NOT coalesce(asked.condition ~ ${BY_TENANT}, FALSE)
GROUP BY 1`;

/**
 * Selects views that do not check the tenant. A view reads with the rights of its owner, to whom the tenant policies do
 * not apply, so a view that shows documents must check the tenant itself.
 */
const VIEWS = String.raw`
SELECT format('The view %s does not keep to the current tenant.', c.oid::regclass)
FROM ${RELATIONS} AND c.relkind IN ('v', 'm') AND has_any_column_privilege(current_user, c.oid, 'SELECT')
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'data')
  AND pg_get_viewdef(c.oid) !~ 'tenant_id = (haven\.)?current_tenant\(\)'`;

const LOGIN = `
SELECT CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN 'superuser'
  WHEN EXISTS (SELECT FROM ${RELATIONS} AND pg_has_role(session_user, c.relowner, 'MEMBER')) THEN 'owner' END AS login,
  current_setting('role') AS role, current_setting('default_transaction_isolation') AS isolation`;
