import type { Command } from 'commander';

import { adminCommand, JsonText, request } from './admin.js';
import type { AdminFlags } from './admin.js';
import { parseColumns, parseGroups } from './aggregate-arguments.js';
import { collectionPath } from './collections.commands.js';
import { jsonArgument } from './json-argument.js';
import { cellOf } from './record-table.js';
import { styled, tableOf } from './table.js';
import { wholeNumber } from './whole-number.js';

interface AggregateFlags extends AdminFlags {
  groupBy: string[];
  compute: string[];
  filter?: string;
  having?: string;
  sort?: string;
  limit?: number;
  asOf?: string;
}

interface Group {
  key: Record<string, unknown>;
  values: Record<string, unknown>;
  ignored: Record<string, number>;
}

interface Aggregation {
  groups: Group[];
  truncated: boolean;
}

const EXAMPLES = `
Examples:
  haven aggregate movies
  haven aggregate movies --group-by genre --compute n=count,mean=avg:rating --sort -n --limit 5
  haven aggregate movies --group-by released:month:Europe/Oslo --filter '{"genre":"Drama"}'
  haven aggregate movies --compute p95=percentile:price:0.95 --as-of 2026-01-01T00:00:00Z
`;

/** `haven aggregate` */
export function aggregateCommand(): Command {
  return adminCommand('aggregate', 'count and compute over records, by group')
    .argument('<collection>')
    .option(
      '--group-by <fields>',
      'fields, joined by commas; field:month or field:month:Europe/Oslo groups date-times (year, quarter, month, week, day, hour)',
      collect,
      [],
    )
    .option(
      '--compute <columns>',
      'columns, joined by commas, such as n=count, total=sum:price or p95=percentile:price:0.95; ' +
        'count, sum, avg, min, max, distinct, percentile; defaults to count=count',
      collect,
      [],
    )
    .option('--filter <json>', 'filter, such as \'{"year":{"_gte":2000}}\'; defaults to all records')
    .option('--having <json>', 'filter on the computed columns, such as \'{"n":{"_gte":10}}\'')
    .option('--sort <names>', 'columns or groups to sort by, joined by commas; -name for descending')
    .option('--as-of <time>', 'the records as they were at this time or cursor')
    .option('--limit <number>', 'maximum number of groups; defaults to 100', wholeNumber)
    .addHelpText('after', EXAMPLES)
    .action(aggregate);
}

function collect(text: string, previous: readonly string[]): string[] {
  return [...previous, text];
}

async function aggregate(collection: string, flags: AggregateFlags): Promise<void> {
  const { groupBy, compute, filter, having, sort, limit, asOf } = flags;
  const columns = compute.length === 0 ? { count: 'count' } : parseColumns(compute);
  const members = {
    filter: filter === undefined ? undefined : await jsonArgument('--filter', filter),
    groupBy: JSON.stringify(parseGroups(groupBy)),
    compute: JSON.stringify(columns),
    having: having === undefined ? undefined : await jsonArgument('--having', having),
    sort: JSON.stringify(sort),
    limit: JSON.stringify(limit),
    asOf: JSON.stringify(asOf),
  };
  const given = Object.entries(members).flatMap(([name, json]) => (json === undefined ? [] : [`"${name}":${json}`]));
  const path = `${collectionPath(collection)}/aggregate`;
  const result = await request<Aggregation>(flags, 'POST', path, new JsonText(`{${given.join(',')}}`));
  const rows = result.groups.map(rowOfGroup(result.groups));
  process.stdout.write(flags.json ? `${JSON.stringify(result, null, 2)}\n` : tableOf(rows));
  if (result.truncated && !flags.json)
    process.stderr.write(styled('dim', 'There are more groups; use --limit.\n', process.stderr));
}

/** Returns a function that makes a row of a group. Only if a group has ignored values is there a column for them. */
function rowOfGroup(groups: readonly Group[]): (group: Group) => Record<string, string> {
  const hasIgnored = groups.some(({ ignored }) => Object.keys(ignored).length > 0);
  return ({ key, values, ignored }) => ({
    ...Object.fromEntries([...Object.entries(key), ...Object.entries(values)].map(([n, value]) => [n, cellOf(value)])),
    ...(hasIgnored && { ignored: ignoredText(ignored) }),
  });
}

function ignoredText(ignored: Readonly<Record<string, number>>): string {
  return Object.entries(ignored)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
}
