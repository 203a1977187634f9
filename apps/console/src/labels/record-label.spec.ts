import { expect, test } from 'vitest';

import { recordLabel } from './record-label.js';

test.each([
  [{ country: 'UK', Name: 'Ridley Scott' }, 'Ridley Scott'],
  [{ title: ' ', email: 'a@example.org' }, 'a@example.org'],
  [{ director: '018f3b5e-7c1a-7000-8000-000000000ada', note: 'Short' }, 'Short'],
  [{ year: 1979 }, undefined],
])('names %j %j', (data, label) => expect(recordLabel(data)).toBe(label));
