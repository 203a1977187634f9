import { readdirSync, readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

const CHUNKS = readdirSync('dist/chunks').filter((name) => name.endsWith('.js'));

it('is in ASCII, so that Node keeps its text in one byte a character', () => {
  const others = CHUNKS.filter((name) => readFileSync(`dist/chunks/${name}`).some((byte) => byte > 0x7f));
  expect(CHUNKS.length).toBeGreaterThan(10);
  expect(others).toEqual([]);
});

it('does not contain the phone numbers of all countries', () => {
  const marked = CHUNKS.filter((name) => readFileSync(`dist/chunks/${name}`, 'utf8').includes('isPossiblePhoneNumber'));
  expect(marked).toEqual([]);
});
