import { afterAll, afterEach, expect, vi } from 'vitest';

import { leaksSince, processState } from './leaks.js';
import { killProcesses } from './process.js';

// Accesses the standard streams before the first check. Node opens them on first use, which would otherwise count as a
// leak of the test file that uses them first.
for (const stream of [process.stdin, process.stdout, process.stderr]) stream.setMaxListeners(stream.getMaxListeners());
const before = processState();

afterEach(killProcesses);

// Runs after the hooks of the test file. Nothing may be left, because the worker's next test file runs in the same
// process.
afterAll(() => vi.waitFor(() => expect(leaksSince(before)).toEqual([]), { timeout: 10_000 }));
