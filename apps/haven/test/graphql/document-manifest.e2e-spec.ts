import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readDocuments, sha256Hex } from '../../../../libs/platform/graphql/src/document-manifest.js';

const A = '{ a }';
const B = 'query B { b }';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haven-documents-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, content: unknown): string {
  const file = join(directory, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('trusted documents are read from', () => {
  it.each<[string, unknown]>([
    ['an object of documents by their hash', { one: A, two: B }],
    [
      'what Apollo writes',
      {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [
          { id: 'one', name: 'A', type: 'query', body: A },
          { id: 'two', name: 'B', type: 'query', body: B },
        ],
      },
    ],
  ])('%s', (_what, manifest) => {
    expect(readDocuments(write('manifest.json', manifest))).toEqual(
      new Map([
        ['one', A],
        [sha256Hex(A), A],
        ['two', B],
        [sha256Hex(B), B],
      ]),
    );
  });

  it('a directory of documents and manifests', () => {
    write('a.graphql', A);
    write('more.json', { two: B });
    write('README.md', 'no document');
    const documents = readDocuments(directory);
    expect([...documents.keys()].sort()).toEqual([sha256Hex(A), sha256Hex(B), 'two'].sort());
  });
});

describe('it is a mistake in the configuration', () => {
  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'is not JSON'],
    ['a list', [A], 'is no manifest'],
    ['an id without a document', { one: 1 }, 'is no manifest'],
    ['an operation without a body', { operations: [{ id: 'one' }] }, 'is no manifest'],
    ['an operation that is none', { operations: [null] }, 'is no manifest'],
    ['a document that does not parse', { one: '{' }, 'does not parse, one'],
    ['nothing', {}, 'holds no documents'],
  ])('to have %s', (_what, manifest, problem) => {
    const file = write('manifest.json', manifest);
    expect(() => readDocuments(file)).toThrow(problem);
  });

  it('to have two documents with one id', () => {
    write('a.json', { one: A });
    write('b.json', { one: B });
    expect(() => readDocuments(directory)).toThrow('has two documents with the id one');
  });

  it('to name what is not there', () => {
    expect(() => readDocuments(join(directory, 'nothing'))).toThrow('can not be read (ENOENT)');
  });
});
