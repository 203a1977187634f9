import './node-version.mjs';

const { buildIfNeeded, cli } = await import('./build.ts');

// Haven runs in this process, so that it receives the signals and controls the terminal and the exit code.
if (await buildIfNeeded()) {
  process.argv = [process.execPath, cli, 'start', ...process.argv.slice(2)];
  await import(cli);
} else {
  process.exitCode = 1;
}
