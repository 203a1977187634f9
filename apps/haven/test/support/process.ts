import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { DatabaseAddress } from '@haven/database';

import { socketUrl } from './pooled.js';

/** The exit code and the output of a process. */
export interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A `haven` process as an operator would run it. */
export interface HavenProcess {
  child: ChildProcess;
  ended: Promise<Ending>;
  /** The origin it listens on, once it does. Rejects if the process ends before. */
  origin: Promise<string>;
}

const running = new Set<ChildProcess>();

/** Lets processes share their compiled scripts, so that all but the first start faster. */
export const compileCache = (): Record<string, string> => ({ NODE_COMPILE_CACHE: join(tmpdir(), 'haven-compiled') });

/**
 * Runs the built command line without authentication, with a JSON log, on any free port; `root` is the directory where
 * Haven is installed.
 */
export function haven(args: string[], env: Record<string, string>, root = '.'): HavenProcess {
  const child = spawn(process.execPath, [resolve(root, 'dist/apps/haven/src/cli.js'), ...args], {
    env: {
      PATH: process.env['PATH'],
      TMPDIR: process.env['TMPDIR'],
      ...compileCache(),
      HAVEN_ENV: 'local',
      HAVEN_LOG_FORMAT: 'json',
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<Ending>((done) => {
    child.once('close', (code) => {
      running.delete(child);
      done({ code, stdout, stderr });
    });
  });
  const origin = new Promise<string>((done, fail) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      const [address] = /http:\/\/[\w.:]+/.exec(stdout) ?? [];
      if (address && stdout.includes('Haven listens')) done(address);
    });
    void ended.then((ending) => fail(new Error(`Haven ended before it listened: ${JSON.stringify(ending)}`)));
  });
  origin.catch(() => undefined); // a caller may wait only for `ended`
  return { child, ended, origin };
}

/** Kills the processes that still run, so that a failed test leaves none behind. */
export function killProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Returns the environment variables that connect a process to a test's database. */
export function at(address: DatabaseAddress): Record<string, string> & { DATABASE_URL: string } {
  if (!('url' in address)) return { DATABASE_URL: socketUrl(address) };
  const { url, sessionUrl } = address;
  if (sessionUrl === undefined) return { DATABASE_URL: url };
  return { DATABASE_URL: url, DATABASE_SESSION_URL: sessionUrl, HAVEN_DATABASE_POOL_MODE: 'transaction' };
}
