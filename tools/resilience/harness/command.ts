import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { cli } from '../../build.ts';

/** How a `haven` command ended. */
export interface CommandResult {
  code: number | null;
  /** Standard output and standard error. */
  output: string;
  seconds: number;
  /** Largest resident memory of the process, in MiB. Needs Linux. */
  peakMemory: number;
}

/** Runs a `haven` command on a database, without any other program in its `PATH`. */
export async function runCommand(args: readonly string[], database: string): Promise<CommandResult> {
  const began = performance.now();
  const child = spawn(process.execPath, [cli, ...args], {
    env: { PATH: '', TMPDIR: tmpdir(), HAVEN_ENV: 'local', DATABASE_URL: database },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  let peakMemory = 0;
  const timer = setInterval(() => (peakMemory = Math.max(peakMemory, peakOf(child.pid ?? 0))), 100);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(timer);
  return { code, output, seconds: (performance.now() - began) / 1_000, peakMemory };
}

/** Returns the largest resident memory that a process has had, in MiB; 0 if it has ended. */
function peakOf(pid: number): number {
  try {
    return Math.round(Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
  } catch {
    return 0;
  }
}
