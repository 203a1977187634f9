/**
 * Prints the notes of a release: its section of CHANGELOG.md and, with `--image`, commands that verify its image. Fails
 * unless the release was prepared as CONTRIBUTING.md describes.
 * Usage: release-notes.ts v0.2.0 [--image name@digest] [--root directory]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { sectionOf } from './api-changes/changelog.ts';
import { root as project } from './tool.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { image: { type: 'string' }, root: { type: 'string', default: project } },
});
const tag = positionals[0] ?? '';
const version = tag.replace(/^v/, '');
const problems: string[] = [];

const packageVersion = versionIn('package.json');
if (tag !== `v${packageVersion}`)
  problems.push(`The tag must be v${packageVersion}, the version in package.json; got "${tag}".`);
const notes = sectionOf(read('CHANGELOG.md'), version);
if (!notes) problems.push(`CHANGELOG.md has no section "## [${version}]", or it is empty.`);
const recorded = versionIn('apps/haven/test/released/clients.json');
if (recorded !== version)
  problems.push(`The recorded release is ${recorded}, not ${version}: run "npm run record-release".`);
for (const file of ['openapi.json', 'schema.graphql'])
  if (read(`docs/${file}`) !== read(`docs/released/${file}`))
    problems.push(`docs/released/${file} differs from docs/${file}: run "npm run record-release".`);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log([notes, ...imageNotes(values.image)].join('\n\n'));

function imageNotes(image: string | undefined): string[] {
  if (image === undefined) return [];
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
  const workflow = `${server}/${repository}/.github/workflows/release.yml@refs/tags/${tag}`;
  const verification = [
    `cosign verify ${image} \\`,
    '  --certificate-oidc-issuer https://token.actions.githubusercontent.com \\',
    `  --certificate-identity ${workflow}`,
    `gh attestation verify oci://${image} --repo ${repository}`,
  ];
  return ['## Image', `\`${image}\``, ['```sh', ...verification, '```'].join('\n')];
}

function versionIn(file: string): string {
  return (JSON.parse(read(file)) as { version: string }).version;
}

function read(file: string): string {
  return readFileSync(join(values.root, file), 'utf8');
}
