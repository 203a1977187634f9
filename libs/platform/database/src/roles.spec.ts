import { describe, expect, it } from 'vitest';

import { databaseRoles, renameRoles } from './roles.js';

describe('the roles of a database', () => {
  it('have the prefix haven by default, as in existing installations', () => {
    expect(databaseRoles()).toEqual({
      prefix: 'haven',
      runtime: 'haven_runtime',
      reader: 'haven_reader',
      upkeep: 'haven_upkeep',
    });
  });

  it('replace the default ones in SQL, and nothing else', () => {
    const sql =
      'GRANT SELECT ON haven.records TO haven_runtime, haven_reader; ALTER VIEW haven.v OWNER TO haven_upkeep';
    expect(renameRoles(sql, databaseRoles('staging'))).toBe(
      'GRANT SELECT ON haven.records TO staging_runtime, staging_reader; ALTER VIEW haven.v OWNER TO staging_upkeep',
    );
    expect(renameRoles(sql, databaseRoles())).toBe(sql);
    const others = 'haven_runtimes, my_haven_reader, haven_owner';
    expect(renameRoles(others, databaseRoles('staging'))).toBe(others);
  });
});
