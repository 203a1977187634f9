import { setTimeout } from 'node:timers/promises';

import type { Command } from 'commander';

import { adminCommand, requestPages, show } from './admin.js';
import type { AdminFlags, CliPage } from './admin.js';
import { collectionPath } from './collections.commands.js';
import { jsonArgument } from './json-argument.js';
import { ProblemError } from './problem.js';
import { recordRowOf } from './record-table.js';
import type { RecordItem } from './record-table.js';
import { styled } from './table.js';
import { wholeNumber } from './whole-number.js';

interface SearchFlags extends AdminFlags {
  filter?: string;
  sort: string;
  fields?: string;
  limit: number;
}

const RETRY_MS = 1_000;
const MAX_ATTEMPTS = 60;

const EXAMPLES = `
The collection must declare search, for example:
  haven collections update movies --settings '{"search":{"paths":["title","plot"],"language":"english"}}'

Examples:
  haven search movies dune
  haven search movies 'dune -film' --fields title,year
  haven search movies '"science fiction" star*' --filter '{"year":{"_gte":1980}}' --sort -year --limit 5
`;

/** `haven search` */
export function searchCommand(): Command {
  return adminCommand('search', 'find records by words in their text, best matches first')
    .argument('<collection>')
    .argument('<words...>', 'words, "phrases" and prefixes* that must occur, and -words that must not; quote them')
    .option('--filter <json>', 'further conditions, such as \'{"year":{"_gte":2000}}\'')
    .option('--sort <fields>', 'fields to sort by, joined by commas; -field for descending', '$score')
    .option('--fields <fields>', 'members of the documents to show, joined by commas')
    .option('--limit <number>', 'maximum number of records; 0 for all', wholeNumber, 20)
    .addHelpText('after', EXAMPLES)
    .action(search);
}

async function search(collection: string, words: readonly string[], flags: SearchFlags): Promise<void> {
  const { filter, sort, fields, limit } = flags;
  const text = JSON.stringify({ _search: words.join(' ') });
  const query = {
    filter: filter === undefined ? text : `{"_and":[${text},${await jsonArgument('--filter', filter)}]}`,
    sort,
    ...(fields !== undefined && { fields }),
  };
  const path = `${collectionPath(collection)}/records`;
  const pages = () => requestPages<RecordItem>(flags, path, query, limit === 0 ? Infinity : limit);
  const { items, hasMore } = await untilBuilt(() => read(pages()));
  show(flags, items, recordRowOf(items));
  const note = 'More records match than are ranked; add words or a filter, or sort by a field.\n';
  if (hasMore && !flags.json) process.stderr.write(styled('dim', note, process.stderr));
}

interface Matches {
  items: RecordItem[];
  /** Whether the list ends although more records match. */
  hasMore: boolean;
}

async function read(pages: AsyncIterable<CliPage<RecordItem>>): Promise<Matches> {
  const matches: Matches = { items: [], hasMore: false };
  for await (const { items, truncated, nextCursor } of pages) {
    matches.items.push(...items);
    matches.hasMore = truncated === true && nextCursor === null;
  }
  return matches;
}

/** Repeats a search while the search index is being built, for at most a minute. */
async function untilBuilt(search: () => Promise<Matches>): Promise<Matches> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await search();
    } catch (error) {
      if (!isBuilding(error) || attempt === MAX_ATTEMPTS) throw error;
    }
    if (attempt === 1 && process.stderr.isTTY) process.stderr.write('Waiting until the search index is built …\n');
    await setTimeout(RETRY_MS);
  }
}

function isBuilding(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'SEARCH_BUILDING';
}
