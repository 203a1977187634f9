import { expect, it } from 'vitest';

import { loadConfig } from './load-config.js';

const load = (origins: string) => loadConfig({ configDir: 'config', env: {}, set: [`cors.origins=${origins}`] }).config;

it.each(['*', 'https://app.example.com', 'http://localhost:5173', 'http://[::1]:3000', ''])('accepts %j', (origins) => {
  expect(load(origins).cors.origins).toEqual(origins === '' ? [] : [origins]);
});

it.each([
  'https://app.example.com/',
  'https://App.example.com',
  'https://app.example.com:443',
  'app.example.com',
  'https://*.example.com',
  'file:///x',
  'null',
])('refuses %s, which no browser sends', (origins) => {
  expect(() => load(origins)).toThrow(/cors\.origins: must contain only \* or origins as browsers send them/);
});
