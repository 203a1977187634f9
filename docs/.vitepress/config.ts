import { cp } from 'node:fs/promises';
import { join } from 'node:path';

import { defineConfig } from 'vitepress';
import type { MarkdownRenderer } from 'vitepress';

import { guideRequestOf } from '../../apps/haven/src/pages/guide-request.js';
import { NAVIGATION } from '../../apps/haven/src/pages/navigation.js';
import { samplesOf } from '../../apps/haven/src/pages/request-samples.js';
import { slug } from '../../apps/haven/src/pages/slug.js';

const docs = join(import.meta.dirname, '..');

/** Files, relative to docs/, that pages link to and that VitePress does not copy to the site itself. */
const files = ['openapi.json', 'schema.graphql', 'http', '../examples/typescript'];

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 7 8 2l6 5v7H2z" fill="#3451b2"/></svg>';

const WRAP = `.vp-doc div:is(.language-http, .language-jsonc) code {
  width: auto; white-space: pre-wrap; overflow-wrap: anywhere }`;

const sidebar = NAVIGATION.map(({ text, entries }) => ({
  text,
  items: entries.map(({ text: title, name }) => ({ text: title, link: `/${name.replace(/README$/, '')}` })),
}));

export default defineConfig({
  title: 'Haven',
  description: 'A record store on PostgreSQL: JSON documents in named collections, with a REST and a GraphQL API.',
  lang: 'en',
  cleanUrls: true,
  head: [
    ['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }],
    // Examples end with comments about their results, so long lines must wrap on small screens.
    ['style', {}, WRAP],
  ],
  outDir: join(docs, '../dist/site'),
  cacheDir: join(docs, '../node_modules/.cache/vitepress'),
  rewrites: { 'adr/README.md': 'adr/index.md' },
  ignoreDeadLinks: 'localhostLinks',
  markdown: { anchor: { slugify: slug }, config: extendMarkdown },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/getting-started' },
      { text: 'Errors', link: '/errors' },
      { text: 'Configuration', link: '/configuration' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
  },
  async buildEnd({ outDir }) {
    for (const file of files) await cp(join(docs, file), join(outDir, file.replace('../', '')), { recursive: true });
  },
});

function extendMarkdown(markdown: MarkdownRenderer): void {
  linkFiles(markdown);
  showSamples(markdown);
}

/** Shows each request of the guide in several notations, like the guide that Haven serves. */
function showSamples(markdown: MarkdownRenderer): void {
  const parse = markdown.parse.bind(markdown);
  markdown.parse = (text, env) => parse(withSamples(text), env);
}

/** Replaces each request by a group of code blocks. */
function withSamples(text: string): string {
  return text.replaceAll(/^```http\n(.*?)^```$/gms, (block: string, code: string) => {
    const request = guideRequestOf(code);
    if (!request) return block;
    const samples = samplesOf(request).map(
      ({ label, language, code: sample }) => `\`\`\`${language} [${label}]\n${sample}\n\`\`\``,
    );
    return ['::: code-group', block.replace('```http', '```http [HTTP]'), ...samples, ':::'].join('\n');
  });
}

/**
 * Marks links to files, so that the browser opens them; VitePress would look for pages. A test checks on the built site
 * that the files exist.
 */
function linkFiles({ renderer }: MarkdownRenderer): void {
  const { link_open: render } = renderer.rules;
  renderer.rules.link_open = (tokens, index, options, env, self) => {
    const link = tokens[index];
    // CONTRIBUTING.md is included from the root, so its links start with `docs/`.
    const href = link?.attrGet('href') ?? '';
    if (env.relativePath === 'contributing.md') link?.attrSet('href', href.replace(/^docs\//, './'));
    if (/^[^:#]+\.(http|graphql|json|ts)$/.test(link?.attrGet('href') ?? '')) link?.attrSet('target', '_self');
    return render?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
  };
}
