import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { buildSchema, isEnumType, isNonNullType, specifiedScalarTypes } from 'graphql';
import { describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();
const run = promisify(execFile);

it('serves the committed OpenAPI document', async () => {
  const { body } = await haven.rest('GET', '//openapi/generic.json');
  expect(body).toEqual(JSON.parse(await readFile('docs/openapi.json', 'utf8')));
});

describe('the OpenAPI document', () => {
  it("satisfies redocly's recommended rules without a warning", async () => {
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    const { stdout } = await run(
      'node_modules/.bin/redocly',
      ['lint', 'docs/openapi.json', '--extends', 'recommended', '--format', 'json'],
      { env },
    );
    const { problems } = JSON.parse(stdout.slice(stdout.indexOf('{')));
    // No record has the id `by`, because ids are UUIDs, so these two paths name different things.
    const ambiguous = /records\/by\/\{index\}\/\{value\}` and .*records\/\{id\}\/history\/\{version\}/;
    expect(problems.filter(({ message }: { message: string }) => !ambiguous.test(message))).toEqual([]);
  });

  it('generates a client with strict types', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'haven-client-'));
    try {
      await run('node_modules/.bin/openapi-typescript', ['docs/openapi.json', '--output', join(directory, 'api.ts')]);
      await writeFile(join(directory, 'use.ts'), CLIENT);
      await run('node_modules/typescript7/bin/tsc', [
        '--noEmit',
        '--ignoreConfig',
        '--strict',
        '--skipLibCheck',
        '--module',
        'nodenext',
        '--target',
        'es2023',
        join(directory, 'use.ts'),
      ]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

const CLIENT = `
import type { components, operations } from './api.js';
const record: components['schemas']['Record'] = { id: '', collection: '', version: 1, data: {}, createdAt: '', updatedAt: '' };
export const version: number = record.version;
export type Page = operations['records']['responses'][200]['content']['application/json'];
export const next: Page['nextCursor'] = null;
// @ts-expect-error a record has no such member
export const none = record.nothing;
`;

it('the GraphQL schema describes every type, field, argument and value', async () => {
  const schema = buildSchema(await readFile('docs/schema.graphql', 'utf8'));
  const isOurs = ({ name }: { name: string }) =>
    !name.startsWith('__') && !specifiedScalarTypes.some((type) => type.name === name);
  const isRoot = ({ name }: { name: string }) => ['Query', 'Mutation', 'Subscription'].includes(name);
  const missing = Object.values(schema.getTypeMap())
    .filter(isOurs)
    .flatMap((type) => {
      const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
      const members = fields.flatMap((field) => [field, ...('args' in field ? field.args : [])]);
      const values = isEnumType(type) ? type.getValues() : [];
      return [...(isRoot(type) ? [] : [type]), ...members, ...values]
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name}: ${name}`);
    });
  expect(missing).toEqual([]);
});

it('every root field of the GraphQL schema can be null, so that its error does not hide the results of the others', async () => {
  const schema = buildSchema(await readFile('docs/schema.graphql', 'utf8'));
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((root) => Object.values(root?.getFields() ?? {}));
  expect(fields.length).toBeGreaterThan(40);
  expect(fields.filter(({ type }) => isNonNullType(type)).map(({ name }) => name)).toEqual([]);
});
