import { text } from 'node:stream/consumers';

import { Command } from 'commander';

import { printable } from './cli-error.js';
import { indentedJson } from './indented-json.js';

/** Defines `haven json`, which indents the JSON of a response so that people can read it. */
export function jsonCommand(): Command {
  return new Command('json')
    .description('indent the JSON on standard input, such as a response of curl; other lines stay as they are')
    .addHelpText('after', '\nExample:\n  curl -si localhost:8080/api/v1/collections | haven json\n')
    .action(async () => {
      // A terminal could interpret control characters in the data of a stranger.
      const shown = (line: string): string => (process.stdout.isTTY ? printable(line) : line);
      const lines = indentedJson(await text(process.stdin)).split('\n');
      process.stdout.write(lines.map(shown).join('\n'));
    });
}
