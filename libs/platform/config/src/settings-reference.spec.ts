import { join } from 'node:path';

import { expect, it } from 'vitest';

import { settings } from './settings.js';
import { settingsReference } from './settings-reference.js';

const reference = settingsReference(join(import.meta.dirname, '../../../../config'));

it('lists the type, default and environment variables of each setting', () => {
  expect(reference.find(({ path }) => path === 'server.port')).toEqual({
    path: 'server.port',
    env: ['HAVEN_SERVER_PORT', 'PORT'],
    type: 'an integer from 0 to 65535',
    default: '8080',
    description: 'TCP port to listen on; 0 uses any free port.',
  });
  expect(reference.find(({ path }) => path === 'database.url')?.default).toBeNull();
  expect(reference.find(({ path }) => path === 'database.acquireTimeout')).toMatchObject({
    type: 'a duration from 1ms to 5m',
    default: '3s',
  });
});

it('has a default for every required setting, and a full sentence for each setting', () => {
  expect(reference).toHaveLength(settings.length);
  for (const setting of settings) {
    const entry = reference.find(({ path }) => path === setting.path);
    expect(entry?.default === null, setting.path).toBe(setting.optional);
    expect(entry?.description).toMatch(/^[A-Z].*\.$/);
  }
});
