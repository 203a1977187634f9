#!/usr/bin/env node
import { CliError } from './cli/cli-error.js';
import { program } from './cli/program.js';

try {
  await program().parseAsync();
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
