import { join } from 'node:path';

import { expect, it } from 'vitest';

import { settings } from './settings.js';
import { settingsReference } from './settings-reference.js';

const reference = settingsReference(join(import.meta.dirname, '../../../../config'));

it('tells of each setting what it may be, what it is by default and how to give it', () => {
  expect(reference.find(({ path }) => path === 'server.port')).toEqual({
    path: 'server.port',
    env: ['HAVEN_SERVER_PORT', 'PORT'],
    type: 'an integer from 0 to 65535',
    default: '8080',
    description: 'The TCP port to listen on; 0 takes any free one.',
  });
  expect(reference.find(({ path }) => path === 'database.url')?.default).toBeNull();
  expect(reference.find(({ path }) => path === 'database.acquireTimeout')).toMatchObject({
    type: 'a duration from 1ms to 5m',
    default: '3s',
  });
});

it('has a default for every setting that is not optional, and a full sentence about each', () => {
  expect(reference).toHaveLength(settings.length);
  for (const setting of settings) {
    const entry = reference.find(({ path }) => path === setting.path);
    expect(entry?.default === null, setting.path).toBe(setting.optional);
    expect(entry?.description).toMatch(/^[A-Z].*\.$/);
  }
});
