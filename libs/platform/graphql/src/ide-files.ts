import { createHash } from 'node:crypto';

import { IDE_PAGE, IDE_SETUP } from './ide-scripts.js';

/** A file that the page of the IDE loads. */
export interface IdeFile {
  readonly type: string;
  readonly content: string | Buffer;
}

/** The files of the IDE. Their URLs contain the version, so browsers never have to ask for them again. */
export interface IdeFiles {
  readonly version: string;
  readonly files: ReadonlyMap<string, IdeFile>;
}

const SCRIPT = 'text/javascript; charset=utf-8';

/** Loads the files. Most of them come from an npm package, so the IDE works offline. */
export async function loadIdeFiles(): Promise<IdeFiles> {
  // Imported only when the page is requested, because the editor takes 9 MB.
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql');
  const { css, fonts } = separateFonts(graphiql.css);
  const files = new Map<string, IdeFile>([
    ...fonts,
    ['setup.js', { type: SCRIPT, content: IDE_SETUP }],
    ['graphiql.js', { type: SCRIPT, content: graphiql.js }],
    ['page.js', { type: SCRIPT, content: IDE_PAGE }],
    ['graphiql.css', { type: 'text/css; charset=utf-8', content: css }],
    ['editor.worker.js', { type: SCRIPT, content: graphiql.editorWorkerService }],
    ['json.worker.js', { type: SCRIPT, content: graphiql.jsonWorker }],
    ['graphql.worker.js', { type: SCRIPT, content: graphiql.graphqlWorker }],
  ]);
  return { version: versionOf(files), files };
}

/** Matches a font within a style sheet. */
const FONT = /url\(data:font\/(\w+);base64,([^)]*)\)/g;

/** Moves the fonts of a style sheet to files of their own, because browsers load only those that a page uses. */
function separateFonts(styles: string): { css: string; fonts: [string, IdeFile][] } {
  const fonts: [string, IdeFile][] = [];
  const css = styles.replace(FONT, (_, format: string, data: string) => {
    const name = `font-${fonts.length + 1}.${format}`;
    fonts.push([name, { type: `font/${format}`, content: Buffer.from(data, 'base64') }]);
    return `url(./${name})`;
  });
  return { css, fonts };
}

function versionOf(files: ReadonlyMap<string, IdeFile>): string {
  const hash = createHash('sha256');
  for (const [name, { content }] of files) hash.update(`${name}\0`).update(content).update('\0');
  return hash.digest('hex').slice(0, 16);
}
