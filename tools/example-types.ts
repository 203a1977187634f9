import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { commandOf, root } from './tool.ts';

const EXAMPLES = 'examples/typescript';
const execute = promisify(execFile);

/** Generates the types of the examples, by path, from the committed OpenAPI document and GraphQL schema. */
export async function exampleTypes(): Promise<Record<string, string>> {
  const [openapi, graphql] = await Promise.all([openapiTypes(), graphqlTypes()]);
  return {
    [`${EXAMPLES}/generated/openapi.d.ts`]: openapi,
    [`${EXAMPLES}/generated/graphql.d.ts`]: graphql,
  };
}

function openapiTypes(): Promise<string> {
  return run(commandOf('openapi-typescript'), 'docs/openapi.json', '--default-non-nullable', 'false');
}

async function graphqlTypes(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'haven-examples-'));
  try {
    const output = join(directory, 'graphql.d.ts');
    await run(commandOf('gql.tada'), 'generate-output', '--tsconfig', `${EXAMPLES}/tsconfig.json`, '--output', output);
    return await readFile(output, 'utf8');
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function run(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, [script, ...args], { cwd: root, maxBuffer: 2 ** 24 });
  return stdout;
}
