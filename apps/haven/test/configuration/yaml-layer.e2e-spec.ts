import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { yamlLayer } from '../../../../libs/platform/config/src/yaml.layer.js';

let file: string;

beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), 'haven-yaml-')), 'local.yaml');
});
afterAll(() => rmSync(join(file, '..'), { recursive: true }));

it('returns each setting with its line number', () => {
  expect(read('# hello\nserver:\n  host: localhost\n\n  port: 80\n').values).toEqual([
    { path: 'server.host', value: 'localhost', origin: `${file}:3`, untyped: false },
    { path: 'server.port', value: 80, origin: `${file}:5`, untyped: false },
  ]);
});

it('resolves anchors', () => {
  const { values: given } = read('limits:\n  pageSize: &size 40\n  pageSizeDefault: *size\n');
  expect(given.map((one) => one.value)).toEqual([40, 40]);
});

it.each(['', '# nothing\n', 'server:\n', '{}', 'null'])('returns nothing for %j', (text) => {
  expect(read(text)).toEqual({ values: [], issues: [] });
});

it.each([
  ['sever:\n  port: 1', 'sever', 'is not a section; did you mean server?', 1],
  ['server:\n  prot: 1', 'server.prot', 'is not a setting; did you mean server.port?', 2],
  ['server:\n  port: 1\nlog:\n  colour: blue', 'log.colour', 'is not a setting', 4],
  ['log: loud', 'log', 'must be a map of settings', 1],
])('rejects %j', (text, path, problem, line) => {
  expect(read(text).issues).toEqual([{ path, problem, origin: `${file}:${line}` }]);
});

it.each([
  ['server:\n  port: 1\n  port: 2\n', 'is not valid YAML: duplicate key', 3],
  ['server:\n  port: [1\n', 'is not valid YAML: bad indent', 3],
  ['server:\n  port: !env PORT\n', 'is not valid YAML: tag resolve failed', 2],
  ['- server\n', 'must be a map of sections', 1],
])('rejects %j', (text, problem, line) => {
  expect(read(text).issues).toContainEqual({ path: file, problem, origin: `${file}:${line}` });
  expect(read(text).values).toEqual([]);
});

it('does not quote a file that it cannot parse', () => {
  expect(
    JSON.stringify(read('database:\n  url: "postgres://u:hunter2@h/d\n  }hunter2{: @hunter2').issues),
  ).not.toContain('hunter2');
});

it('names the file that it cannot read', () => {
  expect(yamlLayer('/no/such.yaml').issues).toEqual([{ path: '/no/such.yaml', problem: 'cannot be read (ENOENT)' }]);
});

function read(text: string) {
  writeFileSync(file, text);
  return yamlLayer(file);
}
