import { expect, it } from 'vitest';

import { unsupportedNode } from './node-version.js';

it.each(['22.19.0', '22.20.1', '24.0.0', '26.3.0'])('runs on Node %s', (version) => {
  expect(unsupportedNode(version)).toBeUndefined();
});

it.each(['18.20.4', '20.20.2', '22.18.0'])('rejects Node %s with one sentence', (version) => {
  expect(unsupportedNode(version)).toBe(`Haven needs Node 22.19 or later; this is Node ${version}.`);
});
