import type { ClientBase } from 'pg';

/** How the role that serves stands to the tables of the schema `haven`. */
export interface RowSecurity {
  /** What would let a tenant's rows past row security, a sentence each; empty when nothing does. */
  flaws: string[];
  /** Set when the login under the role could take off the role: why. */
  login?: 'superuser' | 'owner';
}

/**
 * Looks whether row security binds the role of this connection: that it neither owns nor may bypass anything, also by way of
 * other roles, and that each table with tenants it has any rights on forces a policy that lets through the current tenant alone.
 */
export async function inspectRowSecurity(client: ClientBase): Promise<RowSecurity> {
  const { rows } = await client.query<{ flaw: string }>([ROLES, OWNED, TABLES, POLICIES, VIEWS].join('\nUNION ALL\n'));
  const { rows: logins } = await client.query<{ login: 'superuser' | 'owner' | null }>(LOGIN);
  const login = logins[0]?.login;
  return { flaws: rows.map(({ flaw }) => flaw), ...(login && { login }) };
}

const ROLES = `
SELECT format('The role %s %s', current_user,
  CASE WHEN rolname <> current_user THEN format('is a member of %s, which is no subject of row security.', rolname)
    WHEN rolsuper THEN 'is a superuser.' ELSE 'has BYPASSRLS.' END) AS flaw
FROM pg_roles WHERE (rolsuper OR rolbypassrls)
  AND CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN rolname = current_user
    ELSE pg_has_role(current_user, oid, 'MEMBER') END`;

/** Tables, views and sequences of Haven. */
const RELATIONS =
  "pg_class AS c WHERE c.relnamespace = to_regnamespace('haven') AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')";

const IS_SUPERUSER = '(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)'; // a superuser counts as member of all

const OWNED = `
SELECT format('The role %s owns %s.', current_user, c.oid::regclass) FROM ${RELATIONS}
  AND CASE WHEN ${IS_SUPERUSER} THEN pg_get_userbyid(c.relowner) = current_user
    ELSE pg_has_role(current_user, c.relowner, 'MEMBER') END`;

/**
 * Tables with tenants. One without any policy passes when the role has no rights on it: \`every_record\`, which the view over it
 * reads by its owner's.
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

/** PostgreSQL prints a condition one way only: the tenant's alone, or with others that must hold as well. */
const BY_TENANT = String.raw`'^\((\(tenant_id = (haven\.)?current_tenant\(\)\) AND .*|tenant_id = (haven\.)?current_tenant\(\))\)$'`;

/** Of permissive policies one that holds is enough, so each must ask for the tenant; restrictive ones only take away. */
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

/** A view reads by the rights of its owner, whom no tenant's policy binds, so one that shows documents must ask for the tenant itself. */
const VIEWS = String.raw`
SELECT format('The view %s does not keep to the current tenant.', c.oid::regclass)
FROM ${RELATIONS} AND c.relkind IN ('v', 'm') AND has_any_column_privilege(current_user, c.oid, 'SELECT')
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'data')
  AND pg_get_viewdef(c.oid) !~ 'tenant_id = (haven\.)?current_tenant\(\)'`;

const LOGIN = `
SELECT CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN 'superuser'
  WHEN EXISTS (SELECT FROM ${RELATIONS} AND pg_has_role(session_user, c.relowner, 'MEMBER')) THEN 'owner' END AS login`;
