import { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** Unit tests do no I/O but to read what the repository holds: opening a connection, starting a process or writing a file throws. */
function refuse(what: string): () => never {
  return () => {
    throw new Error(`Unit tests may not ${what}; such a test is an e2e-spec in apps/haven/test.`);
  };
}

net.Socket.prototype.connect = refuse('open connections');
net.Server.prototype.listen = refuse('listen');
(ChildProcess.prototype as unknown as { spawn: () => never }).spawn = refuse('start processes'); // Node's own, not in its types
for (const functions of [fs, fs.promises] as unknown as Record<string, (...args: unknown[]) => unknown>[]) {
  for (const name of ['writeFileSync', 'mkdtempSync', 'mkdirSync', 'writeFile', 'mkdtemp', 'mkdir']) {
    const original = functions[name];
    if (original) functions[name] = (...args) => (isCoverage(args[0]) ? original(...args) : refuse('write files')());
  }
}
syncBuiltinESMExports();

/** Where vitest itself writes what the tests have covered. */
function isCoverage(path: unknown): boolean {
  return typeof path === 'string' && /[/\\]coverage[/\\]/.test(path);
}
