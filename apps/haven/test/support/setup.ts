import { afterAll, afterEach, expect, vi } from 'vitest';

import { leaksSince, processState } from './leaks.js';
import { killProcesses } from './process.js';

// Opened here, for each opens with its first use, in whatever file that is.
for (const stream of [process.stdin, process.stdout, process.stderr]) stream.setMaxListeners(stream.getMaxListeners());
const before = processState();

afterEach(killProcesses);

// Runs after the file's own hooks: the next file of this worker has the same process and the same modules.
afterAll(() => vi.waitFor(() => expect(leaksSince(before)).toEqual([]), { timeout: 10_000 }));
