import { expect, test } from 'vitest';

import { readDocument, readJson } from './document-text.js';

test('reads a document', () => expect(readDocument('{"a":[1.50]}')).toEqual({ data: { a: [1.5] } }));

test.each(['', '{', '[]', '"a"', 'null'])('refuses %j', (text) => {
  expect(readDocument(text)).toHaveProperty('problem');
});

test('refuses numbers that would be changed', () => {
  expect(readJson('{"id": 12345678901234567891}')).toEqual({
    problem: 'The number 12345678901234567891 has too many digits: it would be changed.',
  });
});
