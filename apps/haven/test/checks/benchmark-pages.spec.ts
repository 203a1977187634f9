import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

const PAGES = ['performance', 'capacity', 'service-levels'];

/** The generated parts of a page, with the comments around them. */
const GENERATED = /<!-- ([\w-]+) -->\n[\s\S]*?<!-- \/\1 -->/g;

it.each(PAGES)('docs/%s.md has figures in generated tables only', (page) => {
  expect(figuresByHand(readFileSync(`docs/${page}.md`, 'utf8'))).toEqual([]);
});

it.each(PAGES)('docs/%s.md has one unit of memory in its generated tables', (page) => {
  const generated = readFileSync(`docs/${page}.md`, 'utf8').match(GENERATED) ?? [];
  const withoutMachine = generated.join('\n').replaceAll(/\d+ GiB, Node/g, '');
  expect(withoutMachine).not.toMatch(/\b[KMG]iB\b/);
});

it('finds a table with figures that no tool generates', () => {
  const page = '<!-- a -->\n\n| get | 0.1 |\n\n<!-- /a -->\n\n| operation |\n| --- |\n| get |\n| list | 0.3 ms |\n';
  expect(figuresByHand(page)).toEqual(['| list | 0.3 ms |']);
});

it('finds a table in a part whose end has another name', () => {
  expect(figuresByHand('<!-- a -->\n| get | 0.1 |\n<!-- /b -->\n')).toEqual(['| get | 0.1 |']);
});

/** Returns the rows with digits of tables that are written by hand. */
function figuresByHand(page: string): string[] {
  return page
    .replace(GENERATED, '')
    .split('\n')
    .filter((line) => /^\s*\|.*\d/.test(line));
}
