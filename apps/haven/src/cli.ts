#!/usr/bin/env node
import { unsupportedNode } from './node-version.js';

// Everything else is imported only after this check, because on an old Node the imports fail with a stack trace.
const reason = unsupportedNode(process.versions.node);
if (reason === undefined) {
  const { runProgram } = await import('./cli/program.js');
  await runProgram();
} else {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
