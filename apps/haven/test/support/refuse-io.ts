import { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/**
 * The only I/O of unit tests is reading files of the repository: opening a connection, starting a process or writing a
 * file throws.
 */
function refuse(what: string): () => never {
  return () => {
    throw new Error(`Unit tests must not ${what}; write an e2e-spec in apps/haven/test instead.`);
  };
}

net.Socket.prototype.connect = refuse('open connections');
net.Server.prototype.listen = refuse('listen');
(ChildProcess.prototype as unknown as { spawn: () => never }).spawn = refuse('start processes'); // not in Node's types
for (const functions of [fs, fs.promises] as unknown as Record<string, (...args: unknown[]) => unknown>[]) {
  for (const name of ['writeFileSync', 'mkdtempSync', 'mkdirSync', 'writeFile', 'mkdtemp', 'mkdir']) {
    const original = functions[name];
    if (original) functions[name] = (...args) => (isCoverage(args[0]) ? original(...args) : refuse('write files')());
  }
}
syncBuiltinESMExports();

/** Returns whether the path is in the directory to which vitest writes its coverage report. */
function isCoverage(path: unknown): boolean {
  return typeof path === 'string' && /[/\\]coverage[/\\]/.test(path);
}
