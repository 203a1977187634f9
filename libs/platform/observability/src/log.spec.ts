import { afterEach, expect, it, vi } from 'vitest';

import { loadConfig } from '@haven/config';

import { Log } from './log.js';

afterEach(() => {
  vi.useRealTimers();
});

it('has no timer before anything is logged', () => {
  vi.useFakeTimers();
  const { config } = loadConfig({ configDir: 'config', env: { HAVEN_ENV: 'test' }, set: ['log.format=json'] });
  new Log(config).log('not logged, because the level is silent');
  expect(vi.getTimerCount()).toBe(0);
});
