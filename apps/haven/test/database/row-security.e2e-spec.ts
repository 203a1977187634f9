import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { requireRowSecurity } from '../../src/require-row-security.js';
import { Server } from '../../src/server.js';
import { startCluster } from '../support/cluster.js';
import type { Cluster } from '../support/cluster.js';
import { testConfig } from '../support/haven.js';

/** Statements that break the isolation of tenants, statements that restore it, and the expected error at start. */
const BREAKS: [string, string, RegExp][] = [
  ['ALTER ROLE haven_runtime SUPERUSER', 'ALTER ROLE haven_runtime NOSUPERUSER', /role haven_runtime is a superuser\./],
  ['ALTER ROLE haven_runtime BYPASSRLS', 'ALTER ROLE haven_runtime NOBYPASSRLS', /role haven_runtime has BYPASSRLS\./],
  [
    'CREATE ROLE guard_admin BYPASSRLS; GRANT guard_admin TO haven_runtime',
    'DROP ROLE guard_admin',
    /is a member of guard_admin, which bypasses row security/,
  ],
  [
    'ALTER TABLE haven.events OWNER TO haven_runtime',
    'ALTER TABLE haven.events OWNER TO CURRENT_USER',
    /role haven_runtime owns haven\.events\./,
  ],
  [
    'GRANT haven_reader TO haven_runtime',
    'REVOKE haven_reader FROM haven_runtime',
    /role haven_runtime owns haven\.live_records\./,
  ],
  [
    'ALTER TABLE haven.records DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE haven.records ENABLE ROW LEVEL SECURITY',
    /table haven\.records has no row security\./,
  ],
  [
    'ALTER TABLE haven.feed NO FORCE ROW LEVEL SECURITY',
    'ALTER TABLE haven.feed FORCE ROW LEVEL SECURITY',
    /table haven\.feed does not force row security/,
  ],
  [
    'CREATE TABLE haven.extra (tenant_id uuid); ALTER TABLE haven.extra ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; GRANT SELECT ON haven.extra TO haven_runtime',
    'DROP TABLE haven.extra',
    /table haven\.extra has no policy\./,
  ],
  [
    'GRANT SELECT (id) ON haven.every_record TO haven_runtime',
    'REVOKE SELECT (id) ON haven.every_record FROM haven_runtime',
    /table haven\.every_record has no row security\./,
  ],
  [
    'CREATE POLICY lax ON haven.records FOR SELECT TO haven_runtime USING (tenant_id = haven.current_tenant() OR version > 0)',
    'DROP POLICY lax ON haven.records',
    /policy lax on haven\.records does not keep to the current tenant\./,
  ],
  [
    'CREATE POLICY lax ON haven.events FOR INSERT TO PUBLIC WITH CHECK (true)',
    'DROP POLICY lax ON haven.events',
    /policy lax on haven\.events does not keep to the current tenant\./,
  ],
  [
    'ALTER POLICY tenant ON haven.collections USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id IS NOT NULL)',
    'ALTER POLICY tenant ON haven.collections WITH CHECK (tenant_id = haven.current_tenant())',
    /policy tenant on haven\.collections does not keep/,
  ],
  [
    'CREATE VIEW haven.everything AS SELECT id, data FROM haven.records; GRANT SELECT ON haven.everything TO haven_runtime',
    'DROP VIEW haven.everything',
    /view haven\.everything does not keep to the current tenant\./,
  ],
];

describe('the check of row security at start', () => {
  let cluster: Cluster;
  const look = () => requireRowSecurity({ url: cluster.url('guard_app') }, testConfig());

  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.owner.query('CREATE ROLE guard_app LOGIN; GRANT haven_runtime TO guard_app');
    await cluster.owner.query('CREATE ROLE guard_owner LOGIN; GRANT haven_reader, haven_runtime TO guard_owner');
  });
  afterAll(() => cluster?.stop());

  it('passes on a migrated database', async () => {
    expect(await look()).toBeUndefined();
  });

  it.each(BREAKS)('rejects: %s', async (breaking, restoring, sentence) => {
    await cluster.owner.query(breaking);
    try {
      await expect(look()).rejects.toThrow(sentence);
    } finally {
      await cluster.owner.query(restoring);
    }
    expect(await look()).toBeUndefined();
  });

  it('accepts policies with more conditions than the tenant, and restrictive ones', async () => {
    await cluster.owner.query(`
CREATE POLICY narrow ON haven.records FOR SELECT TO haven_runtime USING (tenant_id = haven.current_tenant() AND (version > 1 OR version < 1));
CREATE POLICY less ON haven.records AS RESTRICTIVE TO haven_runtime USING (version > 0)`);
    expect(await look()).toBeUndefined();
    await cluster.owner.query('DROP POLICY narrow ON haven.records; DROP POLICY less ON haven.records');
  });

  it('warns about a login that could drop the role', async () => {
    expect(await requireRowSecurity({ url: cluster.url() }, testConfig())).toMatch(/DATABASE_URL is a superuser/);
    const owning = { url: cluster.url('guard_owner') };
    expect(await requireRowSecurity(owning, testConfig())).toMatch(/DATABASE_URL is the owner of the tables/);
  });

  it('prevents the server from listening if it fails, and the server can start later', async () => {
    const settings = [
      'server.port=0',
      `database.url=${cluster.url('guard_app')}`,
      `database.migrationUrl=${cluster.url()}`,
    ];
    await cluster.owner.query('ALTER ROLE haven_runtime BYPASSRLS');
    await expect(Server.start(testConfig(settings))).rejects.toThrow(
      /^Haven does not start, because tenants would not be isolated from each other\. The role haven_runtime has BYPASSRLS\. /,
    );
    await cluster.owner.query('ALTER ROLE haven_runtime NOBYPASSRLS');
    const server = await Server.start(testConfig(settings));
    expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
    await server.stop();
  });
});
