import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { slug } from '../../src/pages/slug.js';

const read = (file: string): string => readFileSync(file, 'utf8');

it('has no broken links between Markdown files', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { exclude: ['**/node_modules/**'] });
  expect(pages).toContain('docs/querying.md');
  const dead = pages.flatMap((page) =>
    [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target) && !leads(page, target))
      .map((target) => `${page}: ${target}`),
  );
  expect(dead).toEqual([]);
});

/** Returns the Markdown of a file without its code, in which brackets are not links. */
function prose(file: string): string {
  return read(file)
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, '');
}

function leads(page: string, target: string): boolean {
  const [path = '', anchor = ''] = target.split('#', 2);
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (!existsSync(file)) return false;
  if (anchor === '') return true;
  const readme = statSync(file).isDirectory() ? join(file, 'README.md') : file;
  return headings(readme).includes(decodeURIComponent(anchor));
}

function headings(file: string): string[] {
  const text = read(file).replaceAll(/^```.*?^```$/gms, '');
  return [...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => slug(heading.replaceAll(/\]\([^)]*\)/g, '')));
}
