import { loadConfig } from '@haven/platform';

import { configDir } from './project-root.js';
import { run } from './run.js';
import { reasonOf } from './start-error.js';

/** Where the development server and debuggers start; `haven start` does the same. */
try {
  await run(loadConfig({ configDir }).config);
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(1);
}
