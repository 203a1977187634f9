import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'graphql';

import { ConfigError } from '@haven/config';

const PATH = 'graphql.trustedDocumentsPath';

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Reads the documents at a path: a JSON manifest, or a directory of manifests (`*.json`) and documents (`*.graphql`,
 * `*.gql`). Returns the documents by their ids, and also by the SHA-256 of their text. Throws a configuration error if
 * a file is invalid or an id has two documents.
 */
export function readDocuments(path: string): Map<string, string> {
  const documents = new Map<string, string>();
  for (const file of filesAt(path)) {
    for (const [id, text] of documentsIn(file)) {
      checkSyntax(file, id, text);
      for (const key of [id, sha256Hex(text)]) {
        if ((documents.get(key) ?? text) !== text) throw manifestIssue(`has two documents with the id ${id}`, file);
        documents.set(key, text);
      }
    }
  }
  if (documents.size === 0) throw manifestIssue('contains no documents', path);
  return documents;
}

function filesAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => /\.(json|graphql|gql)$/.test(name));
    return names.sort().map((name) => join(path, name));
  } catch (error) {
    throw manifestIssue(`cannot be read (${errnoOf(error)})`, path);
  }
}

function documentsIn(file: string): [id: string, text: string][] {
  const text = readText(file);
  if (!file.endsWith('.json')) return [[sha256Hex(text), text]];
  const entries = entriesOf(parseManifest(file, text));
  if (!entries)
    throw manifestIssue(
      'must contain an object of documents by their hash, or an object with a list of operations',
      file,
    );
  return entries;
}

/**
 * Returns pairs of an id and its document; undefined if the manifest has an unknown format. Apollo's tools write a list
 * of operations, each with `id` and `body`; other tools write an object whose names are hashes and whose values are
 * documents.
 */
function entriesOf(manifest: unknown): [string, string][] | undefined {
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) return undefined;
  const operations: unknown = 'operations' in manifest ? manifest.operations : undefined;
  const entries: unknown[][] = Array.isArray(operations)
    ? operations.map((one: { id?: unknown; body?: unknown } | null) => [one?.id, one?.body])
    : Object.entries(manifest);
  return entries.every((entry): entry is [string, string] => entry.every((part) => typeof part === 'string'))
    ? entries
    : undefined;
}

function parseManifest(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw manifestIssue('is not JSON', file);
  }
}

function checkSyntax(file: string, id: string, text: string): void {
  try {
    parse(text);
  } catch (error) {
    throw manifestIssue(
      `has a document that is not valid GraphQL, ${id} (${error instanceof Error ? error.message : ''})`,
      file,
    );
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw manifestIssue(`cannot be read (${errnoOf(error)})`, file);
  }
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function manifestIssue(problem: string, file: string): ConfigError {
  return new ConfigError([{ path: PATH, problem: `${file} ${problem}` }]);
}
