import { cp } from 'node:fs/promises';
import { join } from 'node:path';

import { defineConfig } from 'vitepress';
import type { MarkdownRenderer } from 'vitepress';

import { ICON } from '../../apps/haven/src/pages/logo.js';
import { NAVIGATION } from '../../apps/haven/src/pages/navigation.js';
import { notationsOf } from '../../apps/haven/src/pages/request-samples.js';
import { slug } from '../../apps/haven/src/pages/slug.js';

const docs = join(import.meta.dirname, '..');

/** Files, relative to docs/, that pages link to and that VitePress does not copy to the site itself. */
const files = ['openapi.json', 'schema.graphql', 'http', '../examples/typescript'];

const STYLE = `:root { --vp-c-brand-1: #0b6b63; --vp-c-brand-2: #0f766e; --vp-c-brand-3: #0f766e }
.dark { --vp-c-brand-1: #5eead4; --vp-c-brand-2: #2dd4bf; --vp-c-brand-3: #0f766e }
.vp-doc div:is(.language-http, .language-jsonc) code {
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
    ['link', { rel: 'icon', href: ICON }],
    // Examples end with comments about their results, so long lines must wrap on small screens.
    ['style', {}, STYLE],
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
    search: {
      provider: 'local',
      options: {
        /** Renders a page for the index of its words, which does not need the colors of code. */
        _render(text, env, markdown) {
          const { highlight } = markdown.options; // the pages are rendered by the same instance
          try {
            return markdown.set({ highlight: null }).render(text, env);
          } finally {
            markdown.set({ highlight });
          }
        },
      },
    },
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
  return text.replaceAll(/^```(http|sh|graphql)\n(.*?)^```$/gms, (block: string, language: string, code: string) => {
    const notations = notationsOf(language, code.trimEnd());
    if (!notations) return block;
    const blocks = notations.map(({ label, language: name, code: own }) => `\`\`\`${name} [${label}]\n${own}\n\`\`\``);
    return ['::: code-group', ...blocks, ':::'].join('\n');
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
