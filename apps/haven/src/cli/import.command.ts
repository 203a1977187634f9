import { Command, Option } from 'commander';

import { csvDecimalNames, csvDelimiterNames, csvEmptyValues } from '@haven/csv';

import { CliError } from './cli-error.js';
import { connect, jsonOption, urlOption } from './connection-options.js';
import { csvQuery, csvToNdjson, planCsv } from './csv-source.js';
import type { CsvFlags } from './csv-source.js';
import { readingLine, rejectionLines, summaryOf } from './import-report.js';
import type { CsvReading } from './import-report.js';
import { sendImport } from './import-request.js';
import type { ImportBody } from './import-request.js';
import { formatOf, formats, ndjsonOf, openImport } from './import-source.js';
import type { Format, ImportFile } from './import-source.js';
import { TransferCounter } from './transfer-counter.js';

interface ImportFlags extends CsvFlags {
  url?: string;
  format?: Format;
  atomic?: boolean;
  records?: boolean;
  upsertBy?: string;
  json?: true;
}

const NDJSON = 'application/x-ndjson';

const EXAMPLES = `
Files can be compressed with gzip. CSV needs a header; each column gets the type of all its cells.

Examples:
  haven import movies movies.json
  haven import movies movies.csv.gz --atomic
  haven import customers customers.csv --upsert-by email
  haven import goods waren.csv --delimiter semicolon --decimal comma --types 'PLZ:text'
  haven export movies | HAVEN_URL=https://other.example haven import movies - --records
`;

/** `haven import <collection> <file>` */
export function importCommand(): Command {
  return new Command('import')
    .description('import a JSON array, NDJSON or CSV into a collection, which is created if it does not exist')
    .argument('<collection>')
    .argument('<file>', 'file to import, or - for standard input')
    .addOption(
      new Option('--format <format>', 'defaults to the file name extension, or to ndjson for -').choices(formats),
    )
    .option('--types <types>', 'CSV: types of columns, such as year:number,zip:text (text, number, boolean, json)')
    .option('--text', 'CSV: read all other columns as text: no numbers, no true and false')
    .addOption(
      new Option('--delimiter <delimiter>', 'CSV: defaults to the one that is found').choices(csvDelimiterNames),
    )
    .addOption(
      new Option('--decimal <sign>', 'CSV: decimal sign; defaults to the one that is found').choices(csvDecimalNames),
    )
    .addOption(
      new Option('--empty <value>', 'CSV: value of an empty cell without quotes; defaults to missing').choices(
        csvEmptyValues,
      ),
    )
    .option(
      '--atomic',
      'all or nothing: the first invalid line rolls back the import; otherwise invalid lines are skipped',
    )
    .option('--records', 'lines are {id, data} as in an export, and replace the records with these ids')
    .option('--upsert-by <index>', 'replace the records that have the same value in this unique index, such as email')
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText('after', EXAMPLES)
    .action(importFile);
}

async function importFile(collection: string, file: string, flags: ImportFlags): Promise<void> {
  const format = formatOf(file, flags.format);
  const misplaced = format === 'csv' ? undefined : Object.keys(csvQuery(flags)).at(0);
  if (misplaced !== undefined)
    throw new CliError(`--${misplaced} applies only to CSV; this file is read as ${format}.`);
  const source = await openImport(file);
  const { body, progress, reading } = await bodyOf(source, format, flags);
  const startedAt = performance.now();
  const report = await sendImport(connect(flags.url), collection, body, flags).finally(() => progress.stop());
  const seconds = (performance.now() - startedAt) / 1000;
  if (report.failed > 0) process.exitCode = 1;
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ ...report, ...(reading && { csv: reading }) }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${summaryOf(report, collection, seconds)}\n`);
  const csv = reading ?? report.csv;
  if (csv) process.stdout.write(`${readingLine(csv)}\n`);
  for (const line of rejectionLines(report, format === 'json' ? 'record' : 'line')) process.stderr.write(`${line}\n`);
}

/** A request to import, its progress, and how a CSV was read if it was converted here. */
interface PreparedImport {
  body: ImportBody;
  progress: TransferCounter;
  reading?: CsvReading;
}

/** A CSV file is read twice and converted here. From a pipe, it is sent as it is, and the server reads it twice. */
async function bodyOf(source: ImportFile, format: Format, flags: ImportFlags): Promise<PreparedImport> {
  if (format !== 'csv') {
    const progress = new TransferCounter('bytes', source.size);
    const bytes = source.read((count) => progress.addBytes(count));
    return { progress, body: { type: NDJSON, lines: progress.countLines(ndjsonOf(bytes, format)), query: {} } };
  }
  if (!source.isRepeatable) {
    const progress = new TransferCounter('bytes', undefined);
    const lines = progress.countLines(source.read((count) => progress.addBytes(count)));
    return { progress, body: { type: 'text/csv', lines, query: csvQuery(flags) } };
  }
  const plan = await planCsv(source, flags, flags.records ? 'record' : 'document');
  const progress = new TransferCounter('records', plan.rows);
  const lines = csvToNdjson(source.read(), plan, (count) => progress.addRecords(count));
  const columns = plan.columns.flatMap(({ name, type, role }) => (role === 'member' ? [{ name, type }] : []));
  const reading = { delimiter: plan.delimiter, decimal: plan.decimal, columns };
  return { progress, body: { type: NDJSON, lines, query: {} }, reading };
}
