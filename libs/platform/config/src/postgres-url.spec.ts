import fc from 'fast-check';
import { expect, it } from 'vitest';

import { maskPostgresUrl } from './postgres-url.js';

it.each([
  ['postgres://h/d', 'postgres://h/d'],
  ['postgres://u:hunter2@h:5432/d', 'postgres://u:***@h:5432/d'],
  ['postgresql://u@h/d?sslmode=require&password=hunter2', 'postgresql://u@h/d?sslmode=require&***'],
  ['postgres://u:12/hunter2@h/d', '(hidden)'],
  ['postgres:u:hunter2@h/d', '(hidden)'],
  ['hunter2', '(hidden)'],
])('%s is shown as %s', (url, shown) => expect(maskPostgresUrl(url)).toBe(shown));

it('shows no part of a password, whatever characters it has', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), (noise) => {
      const shown = maskPostgresUrl(`postgres://user:${noise}hunter2@host/db`);
      expect(shown).not.toContain('hunter2');
    }),
  );
});
