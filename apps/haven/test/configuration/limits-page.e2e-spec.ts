import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { loadConfig } from '@haven/config';

import { settings, valueOf } from '../../../../libs/platform/config/src/settings.js';
import { printSize } from '../../../../libs/platform/config/src/units.js';

it('every limit stands in docs/limits.md, with its default', () => {
  const { config } = loadConfig({ configDir: 'config', env: {} });
  const told = new Map(
    [...readFileSync('docs/limits.md', 'utf8').matchAll(/^\| `(limits\.\w+)` +\| (.+?) +\|/gm)].map(
      ([, path, value]) => [path, value],
    ),
  );
  const limits = settings.filter(({ section }) => section === 'limits');
  const are = limits.map((setting): [string, string] => {
    const value = Number(valueOf(config, setting));
    return [setting.path, setting.kind === 'size' ? spaced(printSize(value)) : value.toLocaleString('en-US')];
  });
  expect(told).toEqual(new Map(are));
});

/** `1MiB` as people write it. */
function spaced(size: string): string {
  return size.replace(/(?<=\d)(?=[A-Z])/, ' ');
}
