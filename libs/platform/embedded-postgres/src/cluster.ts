import { existsSync } from 'node:fs';
import { chown, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { runAs, type Account } from './account.js';
import type { Binaries } from './binaries.js';
import { buildDirectory } from './build-directory.js';
import { EmbeddedPostgresError, failure } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';
import { lastLines } from './server-log.js';

/** The database's superuser, who can connect only through the socket. */
export const SUPERUSER = 'haven';

const INITDB = [
  `--username=${SUPERUSER}`,
  '--encoding=UTF8',
  // Code-point order, provided by PostgreSQL itself: it is the same on every machine, whatever locales are installed.
  '--no-locale',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth-local=trust', // the permissions of the socket's directory control access
  '--auth-host=reject',
  // Defaults for a developer's machine. They are written to postgresql.conf, where they can be changed.
  ...['max_connections=50', 'jit=off', 'timezone=UTC', 'log_timezone=UTC'].map((setting) => `--set=${setting}`),
  '--no-instructions',
];

/** Matches files that `initdb` creates. A directory with any other file is never deleted as incomplete. */
const INITDB_ENTRY = /^(base|global|PG_VERSION|pg_\w+(\.conf)?|postgresql(\.auto)?\.conf)$/;

/**
 * Makes sure that the directory `cluster` contains a complete cluster. Removes what an interrupted `initdb` left
 * behind. Refuses any other incomplete cluster, which could contain data, and leaves it unchanged.
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
  log(`Creating a PostgreSQL ${binaries.major} cluster in ${cluster}.`);
  await buildDirectory(cluster, (draft) => initdb(draft, binaries, account));
}

/** Throws if the data was written by a major version other than that of the programs. Changes nothing. */
export async function refuseOtherMajor(cluster: string, ours: string): Promise<void> {
  const theirs = await readVersion(cluster);
  if (theirs === null || theirs === ours) return;
  throw new EmbeddedPostgresError(
    `The data in ${cluster} belongs to PostgreSQL ${theirs}, but this version of Haven includes PostgreSQL ${ours}; ` +
      `dump it with PostgreSQL ${theirs} and load it into an empty directory, ` +
      'or set HAVEN_DATA_DIR to another directory.',
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
    `The data in ${cluster} belongs to the user with uid ${uid}, but PostgreSQL would run with uid ${runner}; ` +
      `start Haven as the user that created the data, or change its owner: chown -R ${runner} ${cluster}`,
  );
}

async function clearLeftovers(cluster: string, log: (line: string) => void): Promise<void> {
  if (!existsSync(cluster)) return;
  if (!(await isLeftByInitdb(cluster))) {
    throw new EmbeddedPostgresError(
      `${cluster} contains files but not a complete PostgreSQL cluster; ` +
        'move them away, restore the cluster, or set HAVEN_DATA_DIR to another directory.',
    );
  }
  log(`Removing the incomplete cluster that an interrupted initdb left in ${cluster}.`);
  await rm(cluster, { recursive: true });
}

/**
 * Whether the directory contains only files that an interrupted `initdb` leaves. initdb writes `global/pg_control`
 * before the first table, so a cluster without that file contains data only if it was damaged.
 */
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
