import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();

it('maps each entity to columns as the migrations created them', async () => {
  const source = haven.app.get<DataSource>(getDataSourceToken(), { strict: false });
  expect(source.entityMetadatas.map(({ name }) => name).sort()).toEqual([
    'ApiKey',
    'Collection',
    'Delivery',
    'Tenant',
    'Webhook',
  ]);
  expect(await plannedChanges(source)).toEqual([]);
});

/**
 * Returns what TypeORM's schema builder would change about mapped columns, without running it. Indexes, keys, checks,
 * unmapped columns and defaults are defined only by the migrations: TypeORM would read back a mapped default after each
 * insert.
 */
async function plannedChanges(source: DataSource): Promise<string[]> {
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  const planned = upQueries.map(({ query }) => query);
  expect(planned.length).toBeGreaterThan(0); // otherwise the schema builder compared nothing
  const mapped = source.entityMetadatas.flatMap(({ tableName, columns }) =>
    columns.map(({ databaseName }) => new RegExp(`"${tableName}".* (?:ADD|COLUMN) "${databaseName}"`)),
  );
  return planned.filter(
    (query) =>
      query.startsWith('CREATE TABLE') ||
      (mapped.some((column) => column.test(query)) && !query.endsWith(' DROP DEFAULT')),
  );
}
