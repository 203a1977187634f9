import { describe, expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';

import { readSearch } from './search-text.js';

const limits = { searchTerms: 3, searchLength: 40 };
const read = (text: JsonValue) => readSearch(text, limits, '/_search');

/** Writes terms briefly: `-` for an excluded one, then the kind and the text. */
const terms = (text: string) => read(text).map((one) => `${one.excluded ? '-' : ''}${one.as}:${one.text}`);

describe('the text of a search', () => {
  it.each<[string, string[]]>([
    ['dune', ['word:dune']],
    ['  dune \t\n film ', ['word:dune', 'word:film']],
    ['dune -film "exact phrase" pre*', ['word:dune', '-word:film', 'phrase:exact phrase', 'prefix:pre']],
    ['a -"b c" -d*', ['word:a', '-phrase:b c', '-prefix:d']],
    ['a"b c"d', ['word:a', 'phrase:b c', 'word:d']],
    ['“b c” „d”', ['phrase:b c', 'phrase:d']],
    ['e-mail a*b R2-D2*', ['word:e-mail', 'word:a*b', 'prefix:R2-D2']],
    ['"a -b c*"', ['phrase:a -b c*']],
    ['Ünïcode 映画', ['word:Ünïcode', 'word:映画']],
  ])('%j has the terms %j', (text, expected) => {
    expect(terms(text)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['a phrase to the "end of', ['word:a', 'word:phrase', 'word:to', 'word:the', 'phrase:end of']],
    ['a - b -- c', ['word:a', 'word:b', 'word:c']],
    ['--a b', ['-word:-a', 'word:b']],
    ['a * ** -* "" -"" "', ['word:a']],
    ['rock & roll ! (x | y)', ['word:rock', 'word:roll', 'word:(x', 'word:y)']],
    ['a**', ['prefix:a']],
    ['"a b"*', ['phrase:a b']],
  ])('%j, as it may be typed, has the terms %j', (text, expected) => {
    expect(terms(text)).toEqual(expected);
  });

  it.each<[JsonValue, string]>([
    ['', 'FILTER_INVALID'],
    ['  ', 'FILTER_INVALID'],
    ['"', 'FILTER_INVALID'],
    ['- * &', 'FILTER_INVALID'],
    ['-a', 'FILTER_INVALID'],
    ['-a -"b c"', 'FILTER_INVALID'],
    ['a\0', 'FILTER_INVALID'],
    ['a\ud800', 'FILTER_INVALID'],
    [5, 'FILTER_INVALID'],
    [null, 'FILTER_INVALID'],
    [['a'], 'FILTER_INVALID'],
    [{ words: 'a' }, 'FILTER_INVALID'],
    ['x'.repeat(41), 'LIMIT_EXCEEDED'],
  ])('%j is refused', (text, code) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code, extras: { errors: [expect.objectContaining({ pointer: '/_search' })] } }),
    );
  });

  it('is measured in characters', () => {
    expect(() => read(`a${'😀'.repeat(39)}`)).not.toThrow();
  });
});
