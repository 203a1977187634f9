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
    ['an object from ids to documents', { one: A, two: B }],
    [
      'a manifest in the format of Apollo',
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

describe('a manifest is rejected if it', () => {
  it.each<[string, unknown, string]>([
    ['is not JSON', '{', 'is not JSON'],
    ['is a list', [A], 'must contain an object of documents'],
    ['has an id without a document', { one: 1 }, 'must contain an object of documents'],
    ['has an operation without a body', { operations: [{ id: 'one' }] }, 'must contain an object of documents'],
    ['has an operation that is null', { operations: [null] }, 'must contain an object of documents'],
    ['has a document that does not parse', { one: '{' }, 'not valid GraphQL, one'],
    ['is empty', {}, 'contains no documents'],
  ])('%s', (_what, manifest, problem) => {
    const file = write('manifest.json', manifest);
    expect(() => readDocuments(file)).toThrow(problem);
  });

  it('has two documents with the same id', () => {
    write('a.json', { one: A });
    write('b.json', { one: B });
    expect(() => readDocuments(directory)).toThrow('has two documents with the id one');
  });

  it('does not exist', () => {
    expect(() => readDocuments(join(directory, 'nothing'))).toThrow('cannot be read (ENOENT)');
  });
});
