import { coerceInputValue } from 'graphql';
import { expect, it } from 'vitest';

import { exampleInput } from '../schema/example-schemas.js';
import { toDocument } from './document.js';
import type { InputValue } from './input-value.js';

const documentOf = (data: unknown, name: string) => {
  const type = exampleInput(name);
  return toDocument(coerceInputValue(data, type) as InputValue, type);
};

it('translates the names of a document to keys, in objects and lists too', () => {
  const act = { name: 'one', a_b: 1.5 };
  const data = {
    title: 'Heat',
    year: 1995,
    views: 9_007_199_254_740_991,
    status: 'on_air',
    Major_Genre: 'Drama',
    tags: ['a', null],
    cast: ['x'],
    acts: [{ ...act, parts: [act, null] }],
    finale: { ...act, next: act },
    notes: { Major_Genre: [1] },
  };
  const stored = { name: 'one', 'a.b': 1.5 };
  expect(documentOf(data, 'MovieInput')).toEqual({
    title: 'Heat',
    year: 1995,
    views: 9_007_199_254_740_991,
    status: 'on air',
    'Major Genre': 'Drama',
    tags: ['a', null],
    cast: ['x'],
    acts: [{ ...stored, parts: [stored, null] }],
    finale: { ...stored, next: stored },
    notes: { Major_Genre: [1] },
  });
});

it('keeps null, and adds nothing for a member that is absent', () => {
  const patch = { Major_Genre: null, finale: { next: null, a_b: 2 }, acts: null, status: null };
  expect(documentOf(patch, 'MoviePatch')).toEqual({
    'Major Genre': null,
    finale: { next: null, 'a.b': 2 },
    acts: null,
    status: null,
  });
  expect(documentOf({}, 'MoviePatch')).toEqual({});
});
