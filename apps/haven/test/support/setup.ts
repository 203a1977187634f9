import { afterAll, afterEach, expect, vi } from 'vitest';

import { leaksSince, processState } from './leaks.js';
import { killProcesses } from './process.js';

// Opens the standard streams: they open on first use, which would count as a leak of the file that uses them first.
for (const stream of [process.stdin, process.stdout, process.stderr]) stream.setMaxListeners(stream.getMaxListeners());
const before = processState();

afterEach(killProcesses);

// Runs after the file's own hooks. The next file of this worker runs in the same process with the same modules.
afterAll(() => vi.waitFor(() => expect(leaksSince(before)).toEqual([]), { timeout: 10_000 }));
