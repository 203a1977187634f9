import { inspect, parseArgs } from 'node:util';

import { HavenError, ConnectionError } from '../src/index.js';
import { Transport } from '../src/transport.js';
import type { Page } from '../src/index.js';
import { writeTypes } from './types-command.js';
import type { CollectionSettings } from './types-command.js';

const USAGE = `Usage: haven-records types [options]

Writes the TypeScript interface "Schema" of the collections, for createClient<Schema>.

Options:
  --url <url>   URL of Haven; by default HAVEN_URL
  --key <key>   API key with the scope records:read; by default HAVEN_KEY, which other users of the machine cannot see
  --out <file>  file to write; by default, the types are printed
  --check       writes nothing, and fails if the file differs; for CI
  --help        prints this text
`;

/** Thrown for a mistake of the user; only its message is printed. */
class UsageError extends Error {}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const isExpected = error instanceof UsageError || error instanceof HavenError || error instanceof ConnectionError;
  process.stderr.write(`${isExpected ? describe(error) : inspect(error)}\n`);
  process.exitCode = 1;
}

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help) return void process.stdout.write(USAGE);
  const [command, ...others] = positionals;
  if (command !== 'types' || others.length > 0) throw new UsageError(USAGE);
  const { url = process.env['HAVEN_URL'], key = process.env['HAVEN_KEY'], out, check } = values;
  if (!url) throw new UsageError('Give the URL of Haven with --url or HAVEN_URL.');
  const problem = await writeTypes(await allCollections(url, key), { out, check }, 'haven-records types');
  if (problem !== undefined) throw new UsageError(problem);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        key: { type: 'string' },
        out: { type: 'string' },
        check: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

async function allCollections(url: string, key: string | undefined): Promise<CollectionSettings[]> {
  if (!URL.canParse(url))
    throw new UsageError(`${JSON.stringify(url)} is not a URL such as https://haven.example.com.`);
  const transport = new Transport({ url, ...(key && { key }) });
  const collections: CollectionSettings[] = [];
  let after: string | undefined;
  do {
    const request = { method: 'GET', path: '/api/v1/collections', query: { limit: 100, after } };
    const page: Page<CollectionSettings> = await transport.send(request);
    collections.push(...page.items);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
  return collections;
}

function describe(error: Error): string {
  return error instanceof HavenError ? `${error.code}: ${error.message}` : error.message;
}
