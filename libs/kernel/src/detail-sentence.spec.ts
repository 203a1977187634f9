import { expect, it } from 'vitest';

import { detailSentence } from './detail-sentence.js';

it.each([
  ['/limit', 'must be 1 or more', '`limit` must be 1 or more.'],
  ['/limit', 'Must be 1 or more.', '`limit` must be 1 or more.'],
  ['/filter/_in/0', 'must be a string', '`_in[0]` must be a string.'],
  ['/a~1b~0c', 'is unknown', '`a/b~c` is unknown.'],
  ['/matrix/1/2', 'has 3 elements', '`matrix[1][2]` has 3 elements.'],
  ['', 'must be a JSON object', 'The value must be a JSON object.'],
  [`/${'x'.repeat(61)}`, 'is unknown', 'This member is unknown.'],
  ['/`', 'is unknown', 'This member is unknown.'],
  ['/until', 'A replay needs `after`', 'A replay needs `after`.'],
  ['/path', 'Isolation is a whole word', 'Isolation is a whole word.'],
])('names the value at %j in %j', (pointer, text, sentence) => {
  expect(detailSentence(pointer, text)).toBe(sentence);
});
