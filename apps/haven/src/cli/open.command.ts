import { spawn } from 'node:child_process';

import { Argument, Command } from 'commander';

import { jsonOption, serverUrl, urlOption } from './connection-options.js';

interface OpenFlags {
  url?: string;
  json?: true;
}

/** Pages of a Haven server, by the name that the user gives. */
const pages: Readonly<Record<string, string>> = {
  overview: '',
  guide: 'docs/guide',
  api: 'docs',
  ide: 'graphql',
};

/** `haven open [page]` */
export function openCommand(): Command {
  return new Command('open')
    .description('open a page of the server in the browser: the overview, the guide, the API reference or the IDE')
    .addArgument(new Argument('[page]', 'page to open').choices(Object.keys(pages)).default('overview'))
    .addOption(jsonOption())
    .addOption(urlOption())
    .action(openPage);
}

function openPage(page: string, flags: OpenFlags): void {
  const base = serverUrl(flags.url);
  const url = new URL(pages[page] ?? '', base.endsWith('/') ? base : `${base}/`).href;
  process.stdout.write(flags.json ? `${JSON.stringify({ url })}\n` : `${url}\n`);
  if (process.stdout.isTTY) openBrowser(url);
}

/** The URL is printed in any case, so it does not matter if there is no browser. */
function openBrowser(url: string): void {
  const [command, ...args] = opener();
  const browser = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  browser.on('error', () => undefined).unref();
}

function opener(): [string, ...string[]] {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['explorer.exe'];
  return ['xdg-open'];
}
