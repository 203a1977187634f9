// Ends a build: the command line becomes executable, and the stamp says when.
import { chmodSync, writeFileSync } from 'node:fs';

chmodSync('dist/apps/haven/src/cli.js', 0o755);
writeFileSync('dist/.built', '');
