import { expect, test } from 'vitest';

import { formatBytes } from './bytes.js';

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_282_210, '1.28 MB'],
  [999_900, '1 MB'],
  [5e15, '5000 TB'],
])('%d bytes are shown as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
