import { posix } from 'node:path';

import { Marked } from 'marked';
import type { Tokens } from 'marked';

import { escapeHtml } from './page.js';
import { notationsOf } from './request-samples.js';
import { slug } from './slug.js';

/** Stands for the path below which clients reach Haven, in pages that are rendered once for all of them. */
export const PREFIX_MARK = '\uE000';

/** A page of the guide as HTML. */
export interface RenderedPage {
  title: string;
  html: string;
}

/**
 * Renders a page of the guide. Relative links lead to the pages and files that Haven serves: below `docs/` they have
 * the paths of the files, without `.md`.
 *
 * @param file path of the file relative to `docs/`
 */
export function renderMarkdown(text: string, file: string): RenderedPage {
  const ids = new Set<string>();
  let title = '';
  let groups = 0;
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const html = this.parser.parseInline(tokens);
        const plain = html
          .replaceAll(/<[^>]*>/g, '')
          .replaceAll(/&(?:lt|gt|quot|amp|#39);/g, (entity) => PLAIN[entity] ?? '');
        if (depth === 1 && title === '') title = plain;
        const id = unused(slug(plain), ids);
        return `<h${depth} id="${escapeHtml(id)}"><a href="#${escapeHtml(encodeURIComponent(id))}">${html}</a></h${depth}>\n`;
      },
      code({ text: code, lang }: Tokens.Code) {
        const notations = notationsOf(lang ?? '', code);
        if (!notations) return pre(code);
        groups += 1;
        return tabs(`t${groups}`, notations);
      },
      link({ href, tokens }: Tokens.Link) {
        return `<a href="${escapeHtml(target(href, file))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text: description }: Tokens.Image) {
        return `<img src="${escapeHtml(target(href, file))}" alt="${escapeHtml(description)}" loading="lazy">`;
      },
    },
  });
  const html = marked.parse(text, { async: false });
  return {
    title,
    html: html.replaceAll('<table>', '<div class="table"><table>').replaceAll('</table>', '</table></div>'),
  };
}

const PLAIN: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&', '&#39;': "'" };

function pre(code: string): string {
  return `<pre tabindex="0"><code>${escapeHtml(code)}</code></pre>\n`;
}

/** Returns the same request in several notations, of which one is shown. Radio buttons need no script. */
function tabs(group: string, samples: readonly { label: string; code: string }[]): string {
  const buttons = samples.map(
    ({ label }, place) =>
      `<input type="radio" name="${group}" id="${group}-${place}"${place === 0 ? ' checked' : ''}>` +
      `<label for="${group}-${place}">${label}</label>`,
  );
  const contents = samples.map(({ code }) => `<div>${pre(code)}</div>`);
  return `<div class="tabs">${buttons.join('')}${contents.join('')}</div>\n`;
}

/** Returns the URL of a link in `file`. */
function target(href: string, file: string): string {
  if (/^(?:[a-z][a-z\d+.-]*:|#|\/)/i.test(href)) return href;
  const [path = '', anchor] = href.split('#', 2);
  const found = posix
    .join(posix.dirname(file), path)
    .replace(/^(?:\.\.\/)+/, '')
    .replace(/^docs\//, '');
  const page = found
    .replace(/(?:^|(?<=\/))README\.md$|\/$/, '')
    .replace(/\.md$/, '')
    .replace(/\/$/, '');
  return `${PREFIX_MARK}${FILES[found] ?? `/docs/guide/${page}`}${anchor === undefined ? '' : `#${anchor}`}`;
}

/** Files of `docs/` that Haven serves at other paths. */
const FILES: Record<string, string> = { 'openapi.json': '/openapi.json' };

/** Returns the id of a heading, with a number if there is another heading with the same text. */
function unused(id: string, ids: Set<string>): string {
  let free = id;
  for (let number = 1; ids.has(free); number += 1) free = `${id}-${number}`;
  ids.add(free);
  return free;
}
