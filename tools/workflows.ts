/**
 * Checks the workflows in .github/workflows, or in the directory that is given: their syntax and expressions, with
 * GitHub's own parser; that each states its permissions; and that actions are pinned by their commit.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';

import { TextDocument } from 'vscode-languageserver-textdocument';

import { root } from './tool.ts';

// The parser is published for bundlers: it imports JSON files without the attribute that Node requires.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { validate } = await import('@actions/languageservice/validate');

/** An action of another repository, and the text after it on its line. */
const USES = /^\s*(?:- )?uses: (?!\.\/)(\S+)(.*)$/;
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;
const VERSION = /^ # v\d+(?:\.\d+)*$/;

const directory = process.argv[2] ?? join(root, '.github/workflows');
const problems: string[] = [];
for (const name of readdirSync(directory).toSorted()) {
  const text = readFileSync(join(directory, name), 'utf8');
  const document = TextDocument.create(`file:///.github/workflows/${name}`, 'yaml', 1, text);
  for (const { range, message } of await validate(document))
    problems.push(`${name}:${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`);
  if (!/^permissions:/m.test(text)) problems.push(`${name}:1: The workflow does not state its permissions.`);
  for (const [index, line] of text.split('\n').entries()) {
    const [, action = '', comment = ''] = USES.exec(line) ?? [];
    if (action !== '' && !(PINNED.test(action) && VERSION.test(comment)))
      problems.push(`${name}:${index + 1}: Pin ${action} by its commit: "owner/name@<40 digits> # v1.2.3".`);
  }
}
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
