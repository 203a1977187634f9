import { expect, it } from 'vitest';

import { namesText } from './merge-sql.js';

it('prints names as PostgreSQL reads them', () => {
  expect(namesText([])).toBe('{}');
  expect(namesText(['a', '', 'NULL', 'a,b}', '"\\', '\n'])).toBe('{"a","","NULL","a,b}","\\"\\\\","\n"}');
});
