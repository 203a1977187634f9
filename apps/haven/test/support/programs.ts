import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

import { describe } from 'vitest';

/** What tests need besides Haven's packages; `npm test` counts the tests that were skipped for want of one. */
const programs = {
  redis: ['redis-server'],
  prometheus: ['prometheus', 'promtool'],
  kubectl: ['kubectl'],
};

export type ProgramName = keyof typeof programs | 'pg-clients';

/** Where Linux distributions and Homebrew install PostgreSQL. */
const POSTGRES_DIRECTORIES = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/usr/local/opt/postgresql@*/bin'];

/** The programs of a PostgreSQL 15 or later of this machine's own, if it has one; the embedded server comes without pg_dump. */
export const postgresPrograms = findPostgresPrograms();

/**
 * `describe` for tests that need a program: skipped where it is missing, unless HAVEN_TEST_REQUIRE (a list with commas)
 * names it. The suite's name says which one, so that the runner can count.
 */
export function describeWith(program: ProgramName, name: string, tests: () => void): void {
  const isInstalled = has(program);
  if (!isInstalled && process.env['HAVEN_TEST_REQUIRE']?.split(',').includes(program))
    throw new Error(`HAVEN_TEST_REQUIRE names ${program}, which is not installed.`);
  const suite = isInstalled ? describe : describe.skip;
  suite(`${name} (needs ${program})`, tests);
}

function has(program: ProgramName): boolean {
  if (program === 'pg-clients') return postgresPrograms !== undefined;
  return programs[program].every((name) => spawnSync(name, ['--version']).error === undefined);
}

function findPostgresPrograms(): string | undefined {
  const isWhole = (bin: string): boolean =>
    ['initdb', 'pg_ctl', 'pg_dump'].every((name) => existsSync(join(bin, name)));
  const major = (bin: string): number => Number(/(\d+)\D*$/.exec(bin)?.[1] ?? 0);
  const found = globSync(POSTGRES_DIRECTORIES).filter((bin) => isWhole(bin) && major(bin) >= 15);
  return found.toSorted((a, b) => major(b) - major(a))[0];
}
