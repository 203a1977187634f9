import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from 'vitest';

const read = (file: string): string => readFileSync(file, 'utf8');
const run = promisify(execFile);

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
