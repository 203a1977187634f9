import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe } from 'vitest';

import { findPgBouncer } from './pgbouncer.js';

/**
 * Programs that some tests need besides Haven's packages. `npm test` counts the tests that are skipped without them.
 */
const programs = {
  redis: ['redis-server'],
  prometheus: ['prometheus', 'promtool'],
  kubectl: ['kubectl'],
  chromium: [process.env['CHROMIUM'] ?? 'chromium'],
};

export type ProgramName = keyof typeof programs | 'pg-clients' | 'pgbouncer' | 'mount';

/** Directories in which Linux distributions and Homebrew install PostgreSQL. */
const POSTGRES_DIRECTORIES = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/usr/local/opt/postgresql@*/bin'];

/**
 * Directory of an installed PostgreSQL 15 or later, if there is one. The embedded PostgreSQL does not include pg_dump.
 */
export const postgresPrograms = findPostgresPrograms();

/**
 * `describe` for tests that need a program. They are skipped if it is missing, unless HAVEN_TEST_REQUIRE (a
 * comma-separated list) names it. The name of the suite contains the program, so that `npm test` can count skipped
 * tests.
 */
export function describeWith(program: ProgramName, name: string, tests: () => void): void {
  const isInstalled = has(program);
  if (!isInstalled && process.env['HAVEN_TEST_REQUIRE']?.split(',').includes(program))
    throw new Error(`HAVEN_TEST_REQUIRE names ${program}, which is not available.`);
  const suite = isInstalled ? describe : describe.skip;
  suite(`${name} (needs ${program})`, tests);
}

function has(program: ProgramName): boolean {
  if (program === 'pg-clients') return postgresPrograms !== undefined;
  if (program === 'pgbouncer') return findPgBouncer() !== undefined;
  if (program === 'mount') return canMount();
  return programs[program].every((name) => spawnSync(name, ['--version']).error === undefined);
}

/** Whether this process may mount a file system. That requires root, and additional rights in a container. */
function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const directory = mkdtempSync(join(tmpdir(), 'haven-mount-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]).status === 0;
  if (isMounted) spawnSync('umount', [directory]);
  rmdirSync(directory);
  return isMounted;
}

function findPostgresPrograms(): string | undefined {
  const isComplete = (bin: string): boolean =>
    ['initdb', 'pg_ctl', 'pg_dump'].every((name) => existsSync(join(bin, name)));
  const major = (bin: string): number => Number(/(\d+)\D*$/.exec(bin)?.[1] ?? 0);
  const found = globSync(POSTGRES_DIRECTORIES).filter((bin) => isComplete(bin) && major(bin) >= 15);
  return found.toSorted((a, b) => major(b) - major(a))[0];
}
