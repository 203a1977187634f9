#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Command } from 'commander';

import { exportCommand } from './cli/export.command.js';
import { importCommand } from './cli/import.command.js';
import { serverCommands } from './cli/server.commands.js';
import { projectRoot } from './project-root.js';
import { reasonOf } from './start-error.js';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };

const program = new Command('haven')
  .description('A record store with two faces: JSON documents over REST and GraphQL alike, on PostgreSQL.')
  .version(version)
  .showHelpAfterError();

for (const command of [...serverCommands(), importCommand(), exportCommand()]) program.addCommand(command);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(1);
}
