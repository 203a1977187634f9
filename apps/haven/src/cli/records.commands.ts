import type { Command } from 'commander';

import { adminCommand, done, groupOf, JsonText, request, requestAll, show } from './admin.js';
import type { AdminFlags } from './admin.js';
import { CliError } from './cli-error.js';
import { collectionPath } from './collections.commands.js';
import { jsonArgument } from './json-argument.js';
import { recordRowOf } from './record-table.js';
import type { RecordItem } from './record-table.js';
import { wholeNumber } from './whole-number.js';

interface QueryFlags extends AdminFlags {
  filter?: string;
  sort?: string;
  fields?: string;
  asOf?: string;
  limit: number;
}

type ChangeFlags = AdminFlags & { ifVersion?: number };

const DOCUMENT = 'JSON object, @file, or - for standard input';

const EXAMPLES = `
Examples:
  haven records get customers ann@example.org --by email
  haven records query movies --filter '{"Director":"Ridley Scott"}' --sort -Year --limit 5
  haven records create movies '{"Title":"Alien"}'
  haven records patch movies 018f3b5e-7c1a-7000-8000-0000000000a1 '{"Year":1979}' --if-version 1
  haven records delete movies 018f3b5e-7c1a-7000-8000-0000000000a1
`;

/** `haven records …` */
export function recordsCommand(): Command {
  return groupOf(
    'records',
    'read and change records',
    [
      adminCommand('get', 'print a record')
        .argument('<collection>')
        .argument('<id>', 'id, or with --by the value of the record')
        .option('--as-of <time>', 'the record as it was at this time or cursor')
        .option('--by <index>', 'find the record by its value in this unique index, such as email')
        .action(get),
      adminCommand('query', 'list the records that match')
        .alias('list')
        .argument('<collection>')
        .option('--filter <json>', 'filter, such as \'{"year":{"_gte":2000}}\'; defaults to all records')
        .option(
          '--sort <fields>',
          'fields to sort by, joined by commas; -field for descending; defaults to newest first',
        )
        .option('--fields <fields>', 'members of the documents to show, joined by commas')
        .option('--as-of <time>', 'the records as they were at this time or cursor')
        .option('--limit <number>', 'maximum number of records; 0 for all', wholeNumber, 20)
        .action(query),
      adminCommand('create', 'create a record')
        .argument('<collection>')
        .argument('<document>', DOCUMENT)
        .option('--id <uuid>', 'id of the record; defaults to a new one')
        .action(create),
      ifVersion(
        adminCommand('patch', 'change members of a document; null removes one (merge patch)')
          .argument('<collection>')
          .argument('<id>')
          .argument('<patch>', DOCUMENT),
      ).action(patch),
      ifVersion(adminCommand('delete', 'delete a record').argument('<collection>').argument('<id>')).action(remove),
    ],
    EXAMPLES,
  );
}

function ifVersion(command: Command): Command {
  return command.option('--if-version <number>', 'only if this is the current version of the record', wholeNumber);
}

function recordPath(collection: string, id: string): string {
  return `${collectionPath(collection)}/records/${encodeURIComponent(id)}`;
}

type GetFlags = AdminFlags & { asOf?: string; by?: string };

function keyPath(collection: string, index: string, value: string): string {
  return `${recordPath(collection, 'by')}/${encodeURIComponent(index)}/${encodeURIComponent(value)}`;
}

async function get(collection: string, id: string, flags: GetFlags): Promise<void> {
  const { by, asOf } = flags;
  if (by !== undefined && asOf !== undefined) throw new CliError('--as-of does not apply to --by; give the id.');
  const query = asOf === undefined ? '' : `?${new URLSearchParams({ asOf })}`;
  const path = by === undefined ? recordPath(collection, id) : keyPath(collection, by, id);
  printRecord(await request<RecordItem>(flags, 'GET', `${path}${query}`));
}

async function query(collection: string, flags: QueryFlags): Promise<void> {
  const { filter, sort, fields, asOf, limit } = flags;
  const all = { filter: filter && (await jsonArgument('--filter', filter)), sort, fields, asOf };
  const given = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const most = limit === 0 ? Infinity : limit;
  const items = await requestAll<RecordItem>(flags, `${collectionPath(collection)}/records`, given, most);
  show(flags, items, recordRowOf(items));
}

async function create(collection: string, document: string, flags: AdminFlags & { id?: string }): Promise<void> {
  const data = await jsonArgument('The document', document);
  const json = `{${flags.id === undefined ? '' : `"id":${JSON.stringify(flags.id)},`}"data":${data}}`;
  printRecord(await request<RecordItem>(flags, 'POST', `${collectionPath(collection)}/records`, new JsonText(json)));
}

async function patch(collection: string, id: string, change: string, flags: ChangeFlags): Promise<void> {
  const json = `{"data":${await jsonArgument('The patch', change)}}`;
  const headers = { 'content-type': 'application/merge-patch+json', ...preconditionOf(flags) };
  printRecord(await request<RecordItem>(flags, 'PATCH', recordPath(collection, id), new JsonText(json, headers)));
}

async function remove(collection: string, id: string, flags: ChangeFlags): Promise<void> {
  await request(flags, 'DELETE', recordPath(collection, id), new JsonText('', preconditionOf(flags)));
  done(flags, { deleted: id }, `The record ${id} is deleted.`);
}

function preconditionOf({ ifVersion: version }: ChangeFlags): Record<string, string> {
  if (version === 0) throw new CliError('--if-version must be 1 or greater.');
  return version === undefined ? {} : { 'if-match': `"${version}"` };
}

/** A record is printed as JSON in any case, because its document is JSON. */
function printRecord(record: RecordItem): void {
  process.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
}
