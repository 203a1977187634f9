import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

import type { BenchDatabase } from './database.ts';
import type { ServerProcess } from './server-process.ts';

/** The processes on their cores, until they are released. */
interface Cores {
  /** False on systems that cannot do it: with one core, or without `taskset` (util-linux). */
  separate: boolean;
  release(): void;
}

/**
 * Runs this process, which is the client, on the first core, and a server and PostgreSQL on the second, so that the
 * client does not take the CPU that it measures.
 */
export async function onSeparateCores(server: ServerProcess, database: BenchDatabase): Promise<Cores> {
  const processes = [server.pid, ...(await database.processes())];
  const separate = cpus().length > 1 && pin(process.pid, '0') && processes.every((pid) => pin(pid, '1'));
  return { separate, release: () => void pin(process.pid, `0-${cpus().length - 1}`) };
}

/** Lets a process run only on these cores, with all of its threads and its future children. */
function pin(pid: number, cores: string): boolean {
  return spawnSync('taskset', ['-a', '-p', '-c', cores, String(pid)]).status === 0;
}
