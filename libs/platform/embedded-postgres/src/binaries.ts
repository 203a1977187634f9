import { existsSync } from 'node:fs';
import { chmod, constants, cp, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

import { can, runAs, type Account } from './account.js';
import { buildDirectory } from './build-directory.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';
import { openSharedDirectory } from './shared-directory.js';

/** Paths from which the account can run PostgreSQL's programs, and their major version. */
export interface Binaries {
  initdb: string;
  postgres: string;
  major: string;
}

/**
 * Finds the programs for this platform. Copies them to `sharedDir` once if the account cannot reach the installed ones.
 */
export async function openBinaries(account: Account | null, sharedDir: string): Promise<Binaries> {
  const installed = locate();
  await repair(installed);
  const native = account && !(await isTraversable(installed, account)) ? await copy(installed, sharedDir) : installed;
  const postgres = join(native, 'bin/postgres');
  const version = await runAs(postgres, ['--version'], account);
  const major = /PostgreSQL\) (\d+)/.exec(version.output)?.[1];
  if (major === undefined) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL does not run on this system (${version.output}); ` +
        'set DATABASE_URL to use another PostgreSQL server.',
    );
  }
  return { initdb: join(native, 'bin/initdb'), postgres, major };
}

function locate(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return resolve(dirname(createRequire(wrapper).resolve(name)), '../native');
  } catch (error) {
    throw new EmbeddedPostgresError(
      `No PostgreSQL for this platform is installed: ${name} is missing (npm omits it with --omit=optional); ` +
        'install again with optional dependencies, or set DATABASE_URL.',
      { cause: error },
    );
  }
}

/** Does the work of the package's install script, in case the package manager was not allowed to run it. */
async function repair(native: string): Promise<void> {
  try {
    const links: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
    for (const { source, target } of Array.isArray(links) ? links.filter(isLink) : []) {
      await linkIfMissing(join(native, '..', source), join(native, '..', target));
    }
    for (const program of ['initdb', 'postgres']) await makeExecutable(join(native, 'bin', program));
  } catch (error) {
    if (!hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL in ${native} is incomplete because its install script did not run; ` +
        'run "npm rebuild" as a user who may write to that directory.',
      { cause: error },
    );
  }
}

function isLink(value: unknown): value is { source: string; target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string'
  );
}

async function linkIfMissing(source: string, target: string): Promise<void> {
  if (existsSync(target)) return;
  try {
    await symlink(relative(dirname(target), source), target);
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error; // another process repairs it at the same time
  }
}

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program);
  if ((mode & constants.S_IXUSR) === 0) await chmod(program, mode | 0o555);
}

async function isTraversable(native: string, account: Account): Promise<boolean> {
  return can(
    account,
    'test -x "$1/bin/postgres" && test -x "$1/bin/initdb" && test -r "$1/share/postgresql/postgres.bki"',
    native,
  );
}

async function copy(native: string, sharedDir: string): Promise<string> {
  const manifest = await readFile(join(native, '../package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string }; // every npm package has a version
  const target = join(sharedDir, `postgresql-${version}`);
  if (existsSync(target)) return target;
  await openSharedDirectory(sharedDir);
  await buildDirectory(target, async (draft) => {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
  });
  return target;
}

async function openToAll(tree: string): Promise<void> {
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) await chmod(path, (await stat(path)).mode & constants.S_IXUSR ? 0o755 : 0o644);
  }
  await chmod(tree, 0o755);
}
