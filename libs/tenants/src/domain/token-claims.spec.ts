import { describe, expect, it } from 'vitest';

import { claimAt, scopesOf, wordsOf } from './token-claims.js';

describe('claimAt', () => {
  const claims = { scope: 'a', 'https://x.example/org.id': 'whole', realm: { roles: ['r'], 'a.b': 'deep' } };

  it.each([
    ['scope', 'a'],
    ['https://x.example/org.id', 'whole'],
    ['realm.roles', ['r']],
    ['realm.a.b', undefined],
    ['scope.length', undefined],
    ['constructor', undefined],
    ['realm.__proto__.x', undefined],
    ['nothing.there', undefined],
  ])('reads %s', (name, value) => {
    expect(claimAt(claims, name)).toEqual(value);
  });
});

it('reads words from strings and from arrays of strings only', () => {
  expect(wordsOf(' a  b ')).toEqual(['a', 'b']);
  expect(wordsOf(['a', 'b c'])).toEqual(['a', 'b c']);
  expect([wordsOf(''), wordsOf([])]).toEqual([[], []]);
  expect([wordsOf(undefined), wordsOf(7), wordsOf(['a', 7]), wordsOf({ a: 1 })]).toEqual(Array(4).fill(undefined));
});

it("accepts Haven's scopes and mapped ones, and ignores all others", () => {
  const map = ['app=1=records:read', 'editor=records:write', 'editor=collections:write'];
  expect(scopesOf(['app=1', 'editor', 'keys:write', 'openid', 'toString'], map)).toEqual(
    new Set(['records:read', 'records:write', 'collections:write', 'keys:write']),
  );
  expect(scopesOf(['app', 'Editor'], map)).toEqual(new Set());
});
