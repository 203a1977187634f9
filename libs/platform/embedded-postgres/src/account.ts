import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';

const execute = promisify(execFile);

/** The user that runs PostgreSQL instead of root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Options with which every program starts. They keep Haven's own environment (`PGPORT`, root's `HOME`) from reaching
 * PostgreSQL.
 */
export const spawnOptions = { cwd: '/', env: { PATH: '/usr/bin:/bin', HOME: '/', LC_ALL: 'C', TZ: 'UTC' } };

/**
 * Chooses the user that runs PostgreSQL, which refuses to run as root. Returns null, which means the current user,
 * unless that is root. For root, returns the owner of the existing cluster. If there is no cluster, returns the user
 * `postgres` or, if that does not exist, `nobody`.
 */
export async function chooseAccount(cluster: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const account = (await ownerOf(cluster)) ?? (await namedAccount());
  if (!(await runAs('/bin/sh', ['-c', 'exit 0'], account)).ok) {
    throw new EmbeddedPostgresError(
      `PostgreSQL refuses to run as root, and Haven may not switch to the user ${account.name} here; ` +
        'start Haven as another user, or set DATABASE_URL.',
    );
  }
  return account;
}

/**
 * Runs a program to its end, as the account if there is one. `output` is its output, or the reason why it could not
 * run.
 */
export async function runAs(
  program: string,
  args: string[],
  account: Account | null,
): Promise<{ ok: boolean; output: string }> {
  try {
    const { stdout, stderr } = await execute(program, args, { ...spawnOptions, ...identity(account) });
    return { ok: true, output: `${stdout}${stderr}`.trim() };
  } catch (error) {
    return { ok: false, output: printed(error) || String(error) };
  }
}

/** Returns the options of `spawn` that make a program run as the account. */
export function identity(account: Account | null): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

/** Whether the shell expression `test`, in which `$1` is the path, succeeds when the account runs it. */
export async function can(account: Account, test: string, path: string): Promise<boolean> {
  return (await runAs('/bin/sh', ['-c', test, 'sh', path], account)).ok;
}

/** Returns the output of a program that failed, which Node attaches to the error. */
function printed(error: unknown): string {
  // The members are absent if the program could not be started.
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  return `${stdout}${stderr}`.trim();
}

async function ownerOf(cluster: string): Promise<Account | null> {
  try {
    const { uid, gid } = await stat(cluster);
    return uid === 0 ? null : { name: `with uid ${uid}`, uid, gid };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

async function namedAccount(): Promise<Account> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [name, , uid, gid] =
    users.find((user) => user[0] === 'postgres') ?? users.find((user) => user[0] === 'nobody') ?? [];
  if (name !== undefined && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it; ' +
      'start Haven as another user, or set DATABASE_URL.',
  );
}
