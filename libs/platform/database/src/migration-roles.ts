import type { MigrationInterface, QueryRunner } from 'typeorm';

import { renameRoles } from './roles.js';
import type { DatabaseRoles } from './roles.js';

export type MigrationClass = new () => MigrationInterface;

/**
 * Returns migrations whose statements use the roles of a database instead of the default ones. `onDone` is called each
 * time that one has run.
 */
export function migrationsWithRoles(
  migrations: readonly MigrationClass[],
  roles: DatabaseRoles,
  onDone?: () => void,
): MigrationClass[] {
  return migrations.map(
    (Migration) =>
      class extends Migration {
        override async up(runner: QueryRunner): Promise<void> {
          await super.up(withRoles(runner, roles));
          onDone?.();
        }
      },
  );
}

/** Returns the query runner with a `query` that replaces the names of the default roles. */
function withRoles(runner: QueryRunner, roles: DatabaseRoles): QueryRunner {
  const send = runner.query.bind(runner) as (text: string, ...rest: unknown[]) => Promise<unknown>;
  const query = (text: string, ...rest: unknown[]): Promise<unknown> => send(renameRoles(text, roles), ...rest);
  return Object.create(runner, { query: { value: query } }) as QueryRunner; // inherits all other members
}
