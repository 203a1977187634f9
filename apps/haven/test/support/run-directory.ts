import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Creates a directory for all temporary files of a test run, and starts a process that cleans up when this process
 * ends, however it ends: it stops the servers that run in the directory and deletes it. Call this function before test
 * workers start, because they inherit TMPDIR.
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
  (reaper.stdin as unknown as { unref(): void }).unref(); // it is a socket, unlike its type
  return directory;
}
