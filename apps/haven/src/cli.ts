#!/usr/bin/env node
import { unsupportedNode } from './node-version.js';

// The rest is loaded only after this check, because an old Node would fail on its imports with a stack trace.
const reason = unsupportedNode(process.versions.node);
if (reason === undefined) {
  const { runProgram } = await import('./cli/program.js');
  await runProgram();
} else {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
