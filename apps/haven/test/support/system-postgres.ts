import { execFile } from 'node:child_process';
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A new, empty server of the PostgreSQL that is installed on this machine. */
export interface SystemPostgres {
  /** Returns the URL of a database for a login; no password is required. */
  url(database?: string, user?: string): string;
  stop(): Promise<void>;
}

export async function startSystemPostgres(bin: string): Promise<SystemPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'haven-pg-'));
  const account = await accountOf();
  if (account) await chown(directory, account.uid, account.gid);
  const data = join(directory, 'data');
  const run = (program: string, ...args: string[]) =>
    execute(join(bin, program), ['-D', data, ...args], { ...account, cwd: '/' });
  await run('initdb', '--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync');
  const options = `-F -k ${directory} -c listen_addresses=''`;
  await run('pg_ctl', 'start', '--wait', '--silent', '-l', join(directory, 'log'), '-o', options);
  return {
    url: (database = 'postgres', user = 'postgres') =>
      `postgres://${user}@localhost/${database}?host=${encodeURIComponent(directory)}`,
    stop: async () => {
      await run('pg_ctl', 'stop', '--wait', '--silent', '--mode=immediate');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Returns the user that runs PostgreSQL, or undefined for the current user. PostgreSQL refuses to run as root. */
async function accountOf(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
