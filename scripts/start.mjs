import { buildIfNeeded, cli } from './build.mjs';

// In this very process, so that signals, the terminal and the exit code are Haven's own.
if (await buildIfNeeded()) {
  process.argv = [process.execPath, cli, 'start', ...process.argv.slice(2)];
  await import(cli);
} else {
  process.exitCode = 1;
}
