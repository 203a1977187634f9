import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { HavenError } from '@haven/kernel';

import { PREFIX_MARK, renderMarkdown } from './markdown.js';
import type { RenderedPage } from './markdown.js';
import { NAVIGATION } from './navigation.js';
import { escapeHtml, sendPage } from './page.js';

/** Folders and files of the installation that the guide consists of. */
const FOLDERS = ['docs', 'docs/adr', 'docs/http', 'docs/images', 'examples/typescript'];
const TYPES: Record<string, string> = {
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.http': 'text/plain; charset=utf-8',
  '.graphql': 'text/plain; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
};

/**
 * Serves the guide, the Markdown files in `docs/`, at `/docs/guide`. A page is rendered when it is first requested.
 *
 * @param root directory of the installation
 */
export function serveGuide(fastify: FastifyInstance, root: string): void {
  const guide = new Guide(root);
  const send = async (name: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const file = await guide.file(name);
    if (file) return reply.type(file.type).send(file.content);
    const { title, html } = await guide.page(name);
    const { publicPrefix } = request;
    const own = (text: string): string => text.replaceAll(PREFIX_MARK, publicPrefix);
    return sendPage(reply, publicPrefix, {
      title: `${title} · Haven`,
      main: own(html),
      navigation: own(navigationOf(name)),
    });
  };
  fastify.get('/docs/guide', async (request, reply) => send('', request, reply));
  fastify.get<{ Params: { '*': string } }>('/docs/guide/*', async (request, reply) =>
    send(request.params['*'].replace(/\/$/, ''), request, reply),
  );
}

/** Returns the text files that the guide serves as they are. Images are compressed already. */
export async function guideTexts(root: string): Promise<Buffer[]> {
  const paths = [...(await findFiles(root)).values()].filter((path) => !/\.(?:md|webp)$/.test(path));
  return Promise.all(paths.map((path) => readFile(path)));
}

/** The files of the guide. Only files that are found in its folders are read, whatever a client requests. */
class Guide {
  private files: Promise<ReadonlyMap<string, string>> | undefined;
  private readonly pages = new Map<string, Promise<RenderedPage>>();

  constructor(private readonly root: string) {}

  /** Returns a file that is served as it is, or undefined if the name is that of a page. */
  async file(name: string): Promise<{ type: string; content: Buffer } | undefined> {
    const type = TYPES[extname(name)];
    const path = type && (await this.paths()).get(name);
    return path ? { type, content: await readFile(path) } : undefined;
  }

  /** Returns a page. Throws `NOT_FOUND` if there is none with this name. */
  async page(name: string): Promise<RenderedPage> {
    if (name === '') return OVERVIEW;
    const paths = await this.paths();
    const file = [`${name}.md`, `${name}/README.md`].find((each) => paths.has(each));
    const path = file === undefined ? undefined : paths.get(file);
    if (file === undefined || path === undefined) {
      throw new HavenError('NOT_FOUND', `The guide has no page "${name}". Its pages are listed at /docs/guide.`);
    }
    const known = this.pages.get(file) ?? read(path).then((text) => renderMarkdown(text, file));
    this.pages.set(file, known);
    known.catch(() => this.pages.delete(file)); // so that the next request tries again
    return known;
  }

  /** Returns the paths of all files, by their names in URLs. */
  private paths(): Promise<ReadonlyMap<string, string>> {
    return (this.files ??= findFiles(this.root).catch((error: unknown) => {
      this.files = undefined; // so that the next request tries again
      throw error;
    }));
  }
}

async function findFiles(root: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of FOLDERS) {
    if (!existsSync(join(root, folder))) continue;
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`.replace(/^docs\//, '');
      if (entry.isFile() && (entry.name.endsWith('.md') || TYPES[extname(entry.name)]))
        found.set(name, join(root, folder, entry.name));
    }
  }
  return found;
}

/** Reads a Markdown file. A file that only includes another one, in VitePress's notation, is replaced by that file. */
async function read(path: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  const included = /^<!--@include: (\S+)-->\s*$/.exec(text)?.[1];
  return included === undefined ? text : readFile(join(path.slice(0, path.lastIndexOf(sep)), included), 'utf8');
}

/** The first page: all others by topic. */
const OVERVIEW: RenderedPage = { title: 'Guide', html: `<h1>Guide</h1>\n${listsOf('', 'h2')}` };

function navigationOf(current: string): string {
  return listsOf(current, 'strong');
}

function listsOf(current: string, heading: string): string {
  return NAVIGATION.map(({ text, entries }) => {
    const items = entries.map(({ text: title, name }) => {
      const path = name.replace(/\/README$/, '');
      const mark = path === current ? ' aria-current="page"' : '';
      return `<li><a href="${PREFIX_MARK}/docs/guide/${path}"${mark}>${escapeHtml(title)}</a></li>`;
    });
    return `<${heading}>${escapeHtml(text)}</${heading}>\n<ul>${items.join('')}</ul>`;
  }).join('\n');
}
