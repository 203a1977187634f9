import { cp } from 'node:fs/promises';
import { join } from 'node:path';

import { defineConfig } from 'vitepress';
import type { MarkdownRenderer } from 'vitepress';

import { slug } from './slug.js';

const docs = join(import.meta.dirname, '..');

/** Files, relative to docs/, that pages link to and that VitePress does not copy to the site itself. */
const files = ['openapi.json', 'schema.graphql', 'http', '../examples/typescript'];

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 7 8 2l6 5v7H2z" fill="#3451b2"/></svg>';

const WRAP = `.vp-doc div:is(.language-http, .language-jsonc) code {
  width: auto; white-space: pre-wrap; overflow-wrap: anywhere }`;

const guide = [
  { text: 'Getting started', link: '/getting-started' },
  { text: 'Tour', link: '/tour' },
  { text: 'Querying', link: '/querying' },
  { text: 'Concurrency', link: '/concurrency' },
  { text: 'Safe retries', link: '/retries' },
  { text: 'Batches', link: '/batches' },
  { text: 'Time travel', link: '/time-travel' },
  { text: 'Following changes', link: '/following-changes' },
  { text: 'Webhooks', link: '/webhooks' },
  { text: 'Schemas', link: '/schemas' },
  { text: 'History and audit', link: '/history-and-audit' },
  { text: 'Import and export', link: '/import-export' },
  { text: 'Command line', link: '/cli' },
  { text: 'Keys and scopes', link: '/keys' },
  { text: 'Tokens', link: '/tokens' },
  { text: 'Limits', link: '/limits' },
  { text: 'Clients', link: '/clients' },
  { text: 'Errors', link: '/errors' },
];
const operating = [
  { text: 'Configuration', link: '/configuration' },
  { text: 'Rate limits and quotas', link: '/rate-limits' },
  { text: 'Operating', link: '/operating' },
  { text: 'Alerts', link: '/alerts' },
  { text: 'Service levels', link: '/service-levels' },
  { text: 'Telemetry', link: '/telemetry' },
  { text: 'Metrics', link: '/metrics' },
  { text: 'Deploying', link: '/deploying' },
  { text: 'Kubernetes', link: '/kubernetes' },
  { text: 'Connection strings', link: '/connection-strings' },
  { text: 'Backup and restore', link: '/backup' },
  { text: 'Scaling out', link: '/scale-out' },
  { text: 'Caching records', link: '/caching' },
  { text: 'Capacity', link: '/capacity' },
  { text: 'Hardening', link: '/hardening' },
  { text: 'Threat model', link: '/threat-model' },
  { text: 'Performance', link: '/performance' },
  { text: 'Resilience', link: '/resilience' },
  { text: 'Supply chain', link: '/supply-chain' },
];
const inside = [
  { text: 'Architecture', link: '/architecture' },
  { text: 'Contributing', link: '/contributing' },
  { text: 'Decisions', link: '/adr/' },
];

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
  markdown: { anchor: { slugify: slug }, config: linkFiles },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/getting-started' },
      { text: 'Errors', link: '/errors' },
      { text: 'Configuration', link: '/configuration' },
    ],
    sidebar: [
      { text: 'Using Haven', items: guide },
      { text: 'Running Haven', items: operating },
      { text: 'Inside Haven', items: inside },
    ],
    outline: [2, 3],
    search: { provider: 'local' },
  },
  async buildEnd({ outDir }) {
    for (const file of files) await cp(join(docs, file), join(outDir, file.replace('../', '')), { recursive: true });
  },
});

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
