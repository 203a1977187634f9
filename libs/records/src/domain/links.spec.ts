import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@haven/kernel';

import { linksIn } from './links.js';

const LEM = '018f0000-0000-7000-8000-00000000000a';
const BORGES = '018f0000-0000-7000-8000-00000000000b';
const reference = (...path: string[]) => ({ path, collection: 'authors', onDelete: 'restrict' }) as const;

describe('linksIn', () => {
  it.each<[string, string[], JsonObject, [string, string][]]>([
    ['an id', ['author'], { author: LEM }, [[LEM, '/data/author']]],
    [
      'ids in an array',
      ['by'],
      { by: [LEM, BORGES, LEM] },
      [
        [LEM, '/data/by/0'],
        [BORGES, '/data/by/1'],
        [LEM, '/data/by/2'],
      ],
    ],
    ['a member of an object', ['a/b', 'c~d'], { 'a/b': { 'c~d': LEM } }, [[LEM, '/data/a~1b/c~0d']]],
    ['null', ['author'], { author: null }, []],
    ['an absent member', ['author', 'id'], { author: {} }, []],
    ['an absent object', ['author', 'id'], {}, []],
    ['a member of a string', ['author', 'length'], { author: LEM }, []],
    ['a member that every object inherits', ['toString'], {}, []],
    ['an empty array', ['by'], { by: [] }, []],
  ])('finds the links of %s', (_, path, data, links) => {
    expect(linksIn(reference(...path), data).map(({ id, pointer }) => [id, pointer])).toEqual(links);
  });

  it.each<[string, JsonObject, string]>([
    ['a number', { author: 7 }, '/data/author'],
    ['an object', { author: { id: LEM } }, '/data/author'],
    ['an empty string', { author: '' }, '/data/author'],
    ['an id in upper case', { author: LEM.toUpperCase() }, '/data/author'],
    ['an id in braces', { author: `{${LEM}}` }, '/data/author'],
    ['an id and a line feed', { author: `${LEM}\n` }, '/data/author'],
    ['null in an array', { author: [LEM, null] }, '/data/author/1'],
    ['an array in an array', { author: [[LEM]] }, '/data/author/0'],
  ])('refuses %s', (_, data, pointer) => {
    expect(() => linksIn(reference('author'), data)).toThrow(
      expect.objectContaining({ code: 'REFERENCE_BROKEN', extras: { errors: [expect.objectContaining({ pointer })] } }),
    );
  });
});
