import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();

it('maps each entity to columns that are as the migrations made them', async () => {
  const source = haven.app.get<DataSource>(getDataSourceToken(), { strict: false });
  expect(source.entityMetadatas.map(({ name }) => name).sort()).toEqual([
    'ApiKey',
    'Collection',
    'Delivery',
    'SharedSetting',
    'Tenant',
    'Webhook',
  ]);
  expect(await plannedChanges(source)).toEqual([]);
});

/**
 * What TypeORM's schema builder would change about mapped columns; nothing is run. Indexes, keys, checks, unmapped columns and
 * defaults are the migrations' own: a mapping that named a default would have TypeORM read it back after each insert.
 */
async function plannedChanges(source: DataSource): Promise<string[]> {
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  const planned = upQueries.map(({ query }) => query);
  expect(planned.length).toBeGreaterThan(0); // it has looked
  const mapped = source.entityMetadatas.flatMap(({ tableName, columns }) =>
    columns.map(({ databaseName }) => new RegExp(`"${tableName}".* (?:ADD|COLUMN) "${databaseName}"`)),
  );
  return planned.filter(
    (query) =>
      query.startsWith('CREATE TABLE') ||
      (mapped.some((column) => column.test(query)) && !query.endsWith(' DROP DEFAULT')),
  );
}
