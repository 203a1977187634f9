import { existsSync } from 'node:fs';
import { chown, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { runAs, type Account } from './account.js';
import type { Binaries } from './binaries.js';
import { buildDirectory } from './build-directory.js';
import { EmbeddedPostgresError, failure } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';
import { lastLines } from './server-log.js';

/** The database's superuser, known only behind the socket. */
export const SUPERUSER = 'haven';

const INITDB = [
  `--username=${SUPERUSER}`,
  '--encoding=UTF8',
  // Code-point order everywhere, from PostgreSQL itself: the same on every machine, whatever locales it has.
  '--no-locale',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth-local=trust', // whoever can enter the socket's directory
  '--auth-host=reject',
  // Defaults for one developer's machine, kept in postgresql.conf where they can be changed.
  ...['max_connections=50', 'jit=off', 'timezone=UTC', 'log_timezone=UTC'].map((setting) => `--set=${setting}`),
  '--no-instructions',
];

/** What `initdb` makes; nothing else may be in a directory that is deleted as one it left behind. */
const INITDB_ENTRY = /^(base|global|PG_VERSION|pg_\w+(\.conf)?|postgresql(\.auto)?\.conf)$/;

/**
 * Makes sure that a complete cluster lies in `cluster`. What an interrupted `initdb` left is
 * removed; anything that could hold data is refused, untouched.
 */
export async function prepareCluster(
  cluster: string,
  binaries: Binaries,
  account: Account | null,
  log: (line: string) => void,
): Promise<void> {
  if ((await readVersion(cluster)) !== null && existsSync(join(cluster, 'global/pg_control')))
    return checkOwner(cluster, account);
  await clearLeftovers(cluster, log);
  log(`creating a PostgreSQL ${binaries.major} cluster in ${cluster}`);
  await buildDirectory(cluster, (draft) => initdb(draft, binaries, account));
}

/** Fails, with nothing touched, when the data was written by another major version than the programs'. */
export async function refuseOtherMajor(cluster: string, ours: string): Promise<void> {
  const theirs = await readVersion(cluster);
  if (theirs === null || theirs === ours) return;
  throw new EmbeddedPostgresError(
    `The data in ${cluster} belongs to PostgreSQL ${theirs} but this Haven brings PostgreSQL ${ours}; dump it with PostgreSQL ${theirs} and load it into a fresh directory, or set HAVEN_DATA_DIR to another directory.`,
  );
}

async function readVersion(cluster: string): Promise<string | null> {
  try {
    return (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim() || null;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function checkOwner(cluster: string, account: Account | null): Promise<void> {
  const { uid } = await stat(cluster);
  const runner = account?.uid ?? process.getuid?.();
  if (uid === runner) return;
  throw new EmbeddedPostgresError(
    `The data in ${cluster} belongs to the user with uid ${uid} but PostgreSQL would run with uid ${runner}; start Haven as the user it was made by, or give it away: chown -R ${runner} ${cluster}`,
  );
}

async function clearLeftovers(cluster: string, log: (line: string) => void): Promise<void> {
  if (!existsSync(cluster)) return;
  if (!(await isLeftByInitdb(cluster))) {
    throw new EmbeddedPostgresError(
      `${cluster} holds files but not a complete PostgreSQL cluster; move them away or restore them, or set HAVEN_DATA_DIR to another directory.`,
    );
  }
  log(`removing what an interrupted initdb left in ${cluster}`);
  await rm(cluster, { recursive: true });
}

/** initdb writes `global/pg_control` before the first table, so a directory without it holds data only if it was damaged. */
async function isLeftByInitdb(cluster: string): Promise<boolean> {
  const entries = await readdir(cluster);
  const data = entries.includes('base') ? await readdir(join(cluster, 'base'), { recursive: true }) : [];
  return entries.every((entry) => INITDB_ENTRY.test(entry)) && data.every((path) => /^1(\/PG_VERSION)?$/.test(path));
}

async function initdb(draft: string, binaries: Binaries, account: Account | null): Promise<void> {
  if (account) await chown(draft, account.uid, account.gid);
  const { ok, output } = await runAs(binaries.initdb, [...INITDB, `--pgdata=${draft}`], account);
  if (!ok) throw failure('PostgreSQL could not create its data directory:', lastLines(output), dirname(draft));
}
