import './node-version.mjs';

const { buildIfNeeded, cli } = await import('./build.ts');

// Haven runs in this very process, so that signals, the terminal and the exit code are its own.
if (await buildIfNeeded()) {
  process.argv = [process.execPath, cli, 'start', ...process.argv.slice(2)];
  await import(cli);
} else {
  process.exitCode = 1;
}
