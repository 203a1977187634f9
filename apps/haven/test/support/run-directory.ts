import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes a temporary directory that holds all temporary files of a test run, and starts the process that deletes it and
 * stops what runs in it when this process ends, however it ends. Call it before test workers start: they inherit TMPDIR.
 */
export function openRunDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'haven-test-')));
  chmodSync(directory, 0o755); // another user may have to run PostgreSQL in it
  process.env['TMPDIR'] = directory;
  const reaper = spawn(process.execPath, [join(import.meta.dirname, 'reaper.ts'), directory], {
    detached: true, // survives the Ctrl-C that ends the run
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  reaper.unref();
  (reaper.stdin as unknown as { unref(): void }).unref(); // a socket, which its type does not say
  return directory;
}
