import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from 'vitest';

import { slug } from '../../src/pages/slug.js';

const read = (file: string): string => readFileSync(file, 'utf8');
const run = promisify(execFile);

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

describe('the documentation site', () => {
  const site = 'dist/site';
  const htmlOf = (path: string): string =>
    join(site, extname(path) ? path : path.endsWith('/') ? `${path}index.html` : `${path}.html`);

  beforeAll(async () => {
    await run('node_modules/.bin/vitepress', ['build', 'docs']); // fails on dead links
  }, 180_000);

  it('has every page of the guide in its navigation', () => {
    const home = read(htmlOf('/getting-started'));
    const pages = globSync('docs/*.md').map((page) => page.replace(/^docs(\/.*)\.md$/, '$1'));
    expect(pages.filter((page) => page !== '/index' && !home.includes(`href="${page}"`))).toEqual([]);
  });

  it('has no broken links', () => {
    const dead = globSync(`${site}/**/*.html`).flatMap((file) =>
      [...read(file).matchAll(/ (?:href|src)="([^"]+)"/g)]
        .map(
          ([, target = '']) =>
            new URL(target, `http://site/${file.slice(site.length + 1).replace(/index\.html$/, '')}`),
        )
        .filter(({ origin }) => origin === 'http://site')
        .filter(({ pathname, hash }) => {
          const page = htmlOf(decodeURIComponent(pathname));
          return (
            !existsSync(page) || (hash !== '' && !read(page).includes(` id="${decodeURIComponent(hash.slice(1))}"`))
          );
        })
        .map(({ pathname, hash }) => `${file}: ${pathname}${hash}`),
    );
    expect(dead).toEqual([]);
  });

  it('loads nothing from other origins', () => {
    const foreign = globSync(`${site}/**/*.{html,css}`).flatMap((file) => [
      ...read(file).matchAll(
        /<(?:script|link|img|iframe|source)[^>]+(?:src|href)="(?:https?:)?\/\/[^"]*|url\(["']?(?:https?:)?\/\/[^)]*|@import[^;]*/g,
      ),
    ]);
    expect(foreign.map(([text]) => text)).toEqual([]);
  });
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
