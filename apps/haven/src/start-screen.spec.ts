import { expect, it } from 'vitest';

import type { LoadedConfig } from '@haven/config';

import { startScreen } from './start-screen.js';

const loaded = (pages: boolean) =>
  // only the settings that the screen shows
  ({
    environment: 'local',
    config: {
      console: { enabled: pages },
      docs: { enabled: pages },
      graphql: { ide: pages },
      database: { url: 'postgres://haven:secret@db/haven' },
    },
  }) as LoadedConfig;

it('shows the pages of the server, its data, and how the command line finds it', () => {
  const screen = startScreen(loaded(true), 'http://127.0.0.1:4000', '/data');
  expect(screen.split('\n').slice(3, -4)).toEqual([
    '  Overview     http://127.0.0.1:4000/',
    '  Console      http://127.0.0.1:4000/console',
    '  Guide        http://127.0.0.1:4000/docs/guide',
    '  API          http://127.0.0.1:4000/docs',
    '  GraphQL IDE  http://127.0.0.1:4000/graphql',
    '  Data         /data',
    '  CLI          npx haven --help   (in this directory, it finds this server)',
    '               export HAVEN_URL=http://127.0.0.1:4000   (elsewhere)',
  ]);
});

it('shows only pages that are served, and no password', () => {
  const screen = startScreen(loaded(false), 'http://127.0.0.1:4000');
  expect(screen).not.toMatch(/Console|Guide|IDE|secret/);
  expect(screen).toContain('  API          http://127.0.0.1:4000/api/v1');
});
