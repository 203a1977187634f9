import { expect, it } from 'vitest';

import { systemValue } from './system-value.js';

it.each([
  ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
  ['2024-02-29t12:00:00.5z', '2024-02-29T12:00:00.500Z'],
  ['2024-02-29T00:00:00.123000+05:30', '2024-02-28T18:30:00.123Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
])('parses the time %s', (text, instant) => expect(systemValue('createdAt', text)).toBe(instant));

it.each([
  '2024-02-29',
  '2024-02-30T00:00:00Z',
  '2023-02-29T00:00:00Z',
  '2024-13-01T00:00:00Z',
  '2024-02-29T24:00:00Z',
  '2024-02-29T23:59:60Z',
  '2024-02-29T12:00:00',
  '2024-02-29 12:00:00Z',
  '2024-02-29T12:00:00.1234Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-01:00',
  0,
])('rejects the time %j', (value) => expect(systemValue('updatedAt', value)).toBeNull());

it.each([1.5, 2 ** 53, '1', null])('rejects the version %j', (value) =>
  expect(systemValue('version', value)).toBeNull(),
);
