import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../../..');
const CONFIG = join(root, '.dependency-cruiser.cjs');

interface Rule {
  name: string;
  from: { path?: string };
}

interface Report {
  summary: { violations: { rule: { name: string } }[] };
}

const { forbidden } = createRequire(import.meta.url)(CONFIG) as { forbidden: Rule[] };

/** For the name of each rule: a source file that breaks the rule, and the module that this file imports. */
const planted: Record<string, [file: string, imported: string]> = {
  'no-cycles': ['libs/records/src/cycle.ts', './cycle.js'],
  'no-unresolvable': ['libs/records/src/lost.ts', './nowhere.js'],
  'only-through-the-index': ['libs/records/src/deep.ts', '../../kernel/src/inner.js'],
  'app-only-through-the-index': ['apps/haven/src/deep.ts', '../../../libs/kernel/src/inner.js'],
  'libs-not-to-apps': ['libs/records/src/upward.ts', '../../../apps/haven/src/inner.js'],
  'kernel-is-plain-typescript': ['libs/kernel/src/framework.ts', '@nestjs/common'],
  'domain-imports-domain': ['libs/records/src/domain/outward.ts', '../application/inner.js'],
  'domain-without-framework': ['libs/query/src/framework.ts', '@nestjs/common'],
  'application-not-to-outer-layers': ['libs/records/src/application/outward.ts', '../infrastructure/inner.js'],
  'application-without-transport-or-storage': ['libs/records/src/application/storage.ts', 'typeorm'],
  'graphql-in-contracts-only': ['libs/records/src/application/graphql.ts', '@nestjs/graphql'],
  'interface-not-to-infrastructure': ['libs/records/src/interface/storage.ts', '../infrastructure/inner.js'],
  'infrastructure-not-to-interface': ['libs/records/src/infrastructure/api.ts', '../interface/inner.js'],
  'tools-not-to-haven': ['tools/measure.ts', '../libs/kernel/src/index.js'],
  'haven-not-to-tools': ['apps/haven/src/tooling.ts', '../../../tools/inner.js'],
  'packages-not-to-haven': ['packages/client/cli/inward.ts', '../../../libs/kernel/src/index.js'],
  'client-without-node': ['packages/client/src/node.ts', 'node:fs'],
  'haven-to-the-types-command-only': ['apps/haven/src/client.ts', '../../../packages/client/src/inner.js'],
  'console-on-the-public-api': ['apps/console/src/inward.ts', '../../../packages/client/src/inner.js'],
  'console-values-are-plain-typescript': ['apps/console/src/values/framework.ts', 'typeorm'],
  'console-views-import-no-other-view': ['apps/console/src/views/records/sideways.ts', '../record/inner.js'],
  'console-folder-is-listed': ['apps/console/src/unlisted/index.ts', '../inner.js'],
  'haven-without-the-console': ['apps/haven/src/browser.ts', '../../console/src/inner.js'],
  'no-dev-dependencies-at-run-time': ['apps/haven/src/development.ts', 'vitest'],
  'every-library-is-listed': ['libs/unlisted/src/index.ts', '../../kernel/src/index.js'],
};
// For each library, adds a file that imports a library from a higher layer. There is none for the application, which is
// the highest layer and has a separate rule.
for (const { name, from } of forbidden) {
  const library = /^\^libs\/([a-z/-]+)\/src\/$/.exec(from.path ?? '')?.[1];
  if (!library || !name.endsWith('imports-lower-layers')) continue;
  const above = library === 'webhooks' ? 'tenants' : 'webhooks';
  const up = library.startsWith('platform/') ? '../../..' : '../..';
  planted[name] = [`libs/${library}/src/upward-layer.ts`, `${up}/${above}/src/index.js`];
}
// The same for the folders of the console, of which `shell` is the highest.
for (const { name } of forbidden) {
  const folder = /^console-(\w+)-imports-lower-folders$/.exec(name)?.[1];
  if (folder) planted[name] = [`apps/console/src/${folder}/upward-folder.ts`, '../shell/inner.js'];
}

it('reports a violation of each rule', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'haven-rules-'));
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), text);
  };
  await write(
    'package.json',
    '{"dependencies":{"@nestjs/common":"*","@nestjs/graphql":"*","typeorm":"*"},"devDependencies":{"vitest":"*"}}',
  );
  await write('tsconfig.json', '{"compilerOptions":{"module":"nodenext","moduleResolution":"nodenext"}}');
  for (const name of ['@nestjs/common', '@nestjs/graphql', 'typeorm', 'vitest']) {
    await write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    await write(`node_modules/${name}/index.js`, '');
  }
  for (const layer of ['application', 'infrastructure', 'interface'])
    await write(`libs/records/src/${layer}/inner.ts`, 'export const inner = 1;\n');
  for (const folder of ['libs/kernel/src', 'apps/haven/src', 'apps/console/src', 'packages/client/src', 'tools'])
    await write(`${folder}/inner.ts`, 'export const inner = 1;\n');
  for (const folder of ['shell', 'views/record'])
    await write(`apps/console/src/${folder}/inner.ts`, 'export const inner = 1;\n');
  for (const library of ['kernel', 'webhooks', 'tenants'])
    await write(`libs/${library}/src/index.ts`, 'export const index = 1;\n');
  for (const [file, imported] of Object.values(planted)) await write(file, `import '${imported}';\n`);

  const cruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { stdout } = await run(
    process.execPath,
    [cruise, '--config', CONFIG, '--output-type', 'json', 'libs', 'apps', 'packages', 'tools'],
    {
      cwd: directory,
      maxBuffer: 2 ** 26,
    },
  );
  const { summary } = JSON.parse(stdout) as Report;
  const reported = new Set(summary.violations.map(({ rule }) => rule.name));
  expect([...reported].toSorted()).toEqual(forbidden.map(({ name }) => name).toSorted());
  expect(Object.keys(planted).toSorted()).toEqual([...reported].toSorted());
});
