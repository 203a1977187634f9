import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { loadConfig } from '@haven/config';

import { settings, valueOf } from '../../../../libs/platform/config/src/settings.js';
import { printSize } from '../../../../libs/platform/config/src/units.js';

it('docs/limits.md lists every limit with its default', () => {
  const { config } = loadConfig({ configDir: 'config', env: {} });
  const documented = new Map(
    [...readFileSync('docs/limits.md', 'utf8').matchAll(/^\| `(limits\.\w+)` +\| (.+?) +\|/gm)].map(
      ([, path, value]) => [path, value],
    ),
  );
  const limits = settings.filter(({ section }) => section === 'limits');
  const are = limits.map((setting): [string, string] => {
    const value = Number(valueOf(config, setting));
    return [setting.path, setting.kind === 'size' ? spaced(printSize(value)) : value.toLocaleString('en-US')];
  });
  expect(documented).toEqual(new Map(are));
});

/** Inserts a space: `1MiB` becomes `1 MiB`. */
function spaced(size: string): string {
  return size.replace(/(?<=\d)(?=[A-Z])/, ' ');
}
