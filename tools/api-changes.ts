/**
 * Fails if the API changed incompatibly since the last release and the changelog does not say so. Compares
 * `docs/openapi.json` and `docs/schema.graphql` with the same files in `docs/released/`. A change is admitted by a list
 * item in the section "Unreleased" of CHANGELOG.md that begins with `**Breaking:**` and names it in backticks.
 * Usage: api-changes.ts [directory], in which the three are found; by default the root of the project.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { admits, admittedNames, sectionOf } from './api-changes/changelog.ts';
import { graphqlChanges } from './api-changes/graphql-changes.ts';
import { openapiChanges } from './api-changes/openapi-changes.ts';
import type { OpenApi } from './api-changes/openapi-changes.ts';
import { root } from './tool.ts';

const directory = process.argv[2] ?? root;
const changes = [
  ...openapiChanges(openapi('docs/released'), openapi('docs')),
  ...(await graphqlChanges(read('docs/released/schema.graphql'), read('docs/schema.graphql'))),
];
const admitted = admittedNames(sectionOf(read('CHANGELOG.md'), 'Unreleased') ?? '');
const missing = changes.filter(({ name }) => !admitted.some((each) => admits(each, name)));
for (const { api, name, change } of missing)
  console.log(`${api}: ${name}: ${api === 'GraphQL' ? change : `it ${change}.`}`);
if (missing.length > 0) {
  console.log(
    `${missing.length} changes since the last release break clients. Undo them, or add an item to the section`,
  );
  console.log(
    '"Unreleased" of CHANGELOG.md for each: "- **Breaking:** `the name printed above` and the way to migrate."',
  );
  process.exitCode = 1;
}

function read(path: string): string {
  return readFileSync(join(directory, path), 'utf8');
}

function openapi(path: string): OpenApi {
  return JSON.parse(read(`${path}/openapi.json`)) as OpenApi; // Haven generated it
}
