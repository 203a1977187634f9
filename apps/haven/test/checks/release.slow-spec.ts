import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const tools = resolve(import.meta.dirname, '../../../../tools');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-release-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(directory, file)), { recursive: true });
  await writeFile(join(directory, file), text);
}

async function tool(name: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const ended = await run(process.execPath, [join(tools, name), ...args]).catch((error) => error);
  return { code: ended.code ?? 0, stdout: ended.stdout, stderr: ended.stderr };
}

describe('tools/workflows.ts', () => {
  it('reports syntax, expressions, missing permissions and actions that are not pinned', async () => {
    const pinned = `actions/checkout@${'0'.repeat(40)}`;
    const workflow = (permissions: string, rest: string, uses: string) =>
      `name: X\non: push\n${permissions}jobs:\n  one:\n    runs-on: ubuntu-latest\n${rest}    steps:\n      - uses: ${uses}\n`;
    const permissions = 'permissions:\n  contents: read\n';
    await write('workflows/fine.yml', workflow(permissions, '    timeout-minutes: 5\n', `${pinned} # v5.0.0`));
    await write('workflows/syntax.yml', workflow(permissions, '    timeout-minutes: lots\n', `${pinned} # v5`));
    await write('workflows/expression.yml', workflow(permissions, '    if: failur()\n', `${pinned} # v5`));
    await write('workflows/tag.yml', workflow(permissions, '', 'actions/checkout@v5'));
    await write('workflows/unnamed.yml', workflow(permissions, '', pinned));
    await write('workflows/open.yml', workflow('', '', './.github/actions/own'));
    const { code, stdout } = await tool('workflows.ts', join(directory, 'workflows'));
    expect({ code, lines: stdout.trim().split('\n') }).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(/^expression\.yml:8: .*failur/),
        'open.yml:1: The workflow does not state its permissions.',
        expect.stringMatching(/^syntax\.yml:8: .*lots/),
        expect.stringMatching(/^tag\.yml:9: Pin actions\/checkout@v5 by its commit/),
        expect.stringMatching(/^unnamed\.yml:9: Pin actions\/checkout@0{40} by its commit/),
      ],
    });
  });
});

describe('tools/release-notes.ts', () => {
  const notes = (tag: string, ...args: string[]) => tool('release-notes.ts', tag, '--root', directory, ...args);

  beforeAll(async () => {
    await write('package.json', '{"version":"0.2.0"}');
    await write('apps/haven/test/released/clients.json', '{"version":"0.2.0"}');
    for (const file of ['openapi.json', 'schema.graphql']) {
      await write(`docs/${file}`, '{}');
      await write(`docs/released/${file}`, '{}');
    }
    const sections = '## [Unreleased]\n\n## [0.2.0] - 2027-01-31\n\n### Added\n\n- Backups.\n\n## [0.1.0]\n\n- All.\n';
    await write('CHANGELOG.md', `# Changelog\n\n${sections}`);
  });

  it('prints the section of the changelog, and commands that verify the image', async () => {
    expect(await notes('v0.2.0')).toEqual({ code: 0, stdout: '### Added\n\n- Backups.\n', stderr: '' });
    const { stdout } = await notes('v0.2.0', '--image', 'ghcr.io/acme/haven@sha256:12');
    expect(stdout).toContain('cosign verify ghcr.io/acme/haven@sha256:12');
  });

  it('fails if the version, the changelog or the recorded release do not fit the tag', async () => {
    await write('docs/released/schema.graphql', 'type Query { old: Int }');
    const { code, stdout, stderr } = await notes('v0.3.0');
    expect({ code, stdout, lines: stderr.trim().split('\n') }).toEqual({
      code: 1,
      stdout: '',
      lines: [
        'The tag must be v0.2.0, the version in package.json; got "v0.3.0".',
        'CHANGELOG.md has no section "## [0.3.0]", or it is empty.',
        'The recorded release is 0.2.0, not 0.3.0: run "npm run record-release".',
        'docs/released/schema.graphql differs from docs/schema.graphql: run "npm run record-release".',
      ],
    });
  });
});
