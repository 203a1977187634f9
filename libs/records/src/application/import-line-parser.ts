import { Injectable } from '@nestjs/common';

import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { decodeUtf8 } from '@haven/http';
import {
  checkJson,
  HavenError,
  invalid,
  isJsonObject,
  parseJson,
  pointerTo,
  rewriteErrors,
  withPointers,
} from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import type { IndexDefinition } from '@haven/query';

import { requireFewKeys } from '../domain/index-limits.js';
import { withDefaults } from './default-values.js';
import type { DefaultedDocument } from './default-values.js';
import type { ImportLine } from './import-lines.js';
import { newRecordId } from './record-id.js';
import { document } from './record-input.js';
import type { CsvImportOptions, LineShape } from './transfer-format.js';
import { memberPaths, requireUniqueIndex, valuesIn } from './unique-index.js';

/** Options of an import. */
export interface ImportOptions {
  /**
   * Whether to import all lines in one transaction, so that the first invalid line fails the whole import (422).
   * Otherwise invalid lines are skipped and reported.
   */
  atomic: boolean;
  /**
   * The content of each line: only a document, or `{id, data}` as in an export, which replaces or creates the record
   * with that id.
   */
  shape: LineShape;
  /**
   * Name of a unique index: a line replaces the record that holds its value, or creates one. Only for lines that are
   * documents.
   */
  upsertBy?: string | undefined;
  /** How to read the body if it is CSV; absent for NDJSON. */
  csv?: CsvImportOptions | undefined;
}

/** A valid line: the record that it creates or replaces. */
export interface ImportEntry {
  id: string;
  data: JsonObject;
  /** The members that have the time of the event by default; see `withDefaults`. */
  times: DefaultedDocument['times'];
  line: ImportLine;
}

/** The caller that imports a line, and the time of the import's events, if it is known. */
export interface LineOrigin {
  readonly principal: string;
  readonly now?: string | undefined;
}

/** Parses and validates the lines of imports. */
@Injectable()
export class ImportLineParser {
  constructor(private readonly config: HavenConfig) {}

  parse(
    line: ImportLine,
    snapshot: CollectionSnapshot,
    { shape, upsertBy }: ImportOptions,
    origin: LineOrigin,
  ): ImportEntry {
    const { jsonDepth: depth, jsonKeys: keys, jsonValues: values } = this.config.limits;
    const value = withColumnOnly(() => parseJson(textOf(line), { depth, keys, values }));
    if (!isJsonObject(value)) throw invalid('VALIDATION_FAILED', '', 'Must be a JSON object');
    const isDocument = shape === 'document';
    const given = isDocument ? value : document(value['data']);
    const defaulted = this.complete(given, snapshot, shape, origin);
    if (upsertBy !== undefined) requireValues(importIndex(snapshot, upsertBy), defaulted);
    const { data, times } = defaulted;
    return { id: newRecordId(isDocument ? undefined : value['id']), data, times, line };
  }

  /**
   * Adds the defaults of the collection to a document. Throws unless the result satisfies the collection's schema, and
   * has few keys in each index.
   */
  complete(given: JsonObject, snapshot: CollectionSnapshot, shape: LineShape, origin: LineOrigin): DefaultedDocument {
    const defaulted = withDefaults(given, snapshot, origin);
    const { data } = defaulted;
    const { jsonDepth: depth, jsonKeys: keys, jsonValues: values, keysPerRecord } = this.config.limits;
    const check = () => {
      if (data !== given) checkJson(data, { depth, keys, values }, '/data');
      snapshot.schema?.validate(data);
      requireFewKeys(snapshot.indexes, data, keysPerRecord);
    };
    if (shape === 'document') withDocumentPointers(check);
    else check();
    return defaulted;
  }
}

/** Returns the text of a line. Throws if it is not UTF-8. */
function textOf({ text }: ImportLine): string {
  return typeof text === 'string' ? text : decodeUtf8(text);
}

/**
 * Rewrites the position in JSON syntax errors to contain only the column: each line is parsed separately, so the parser
 * always reports line 1.
 */
function withColumnOnly<T>(parse: () => T): T {
  return rewriteErrors(
    parse,
    ({ code, detail, extras }) => new HavenError(code, detail.replace(/^Line 1, column/, 'Column'), extras),
  );
}

/** Returns the unique index by which lines replace records. */
export function importIndex(snapshot: CollectionSnapshot, name: string): IndexDefinition {
  return requireUniqueIndex(snapshot, name, { pointer: '/upsertBy', isOption: true });
}

/**
 * Refuses a document without a value in the index, or with one that is new each time: each import would create it
 * again.
 */
function requireValues(index: IndexDefinition, { data, unrepeatable }: DefaultedDocument): void {
  const names = new Set(unrepeatable.map((path) => path.reduce(pointerTo, '')));
  const isNew = memberPaths(index).map((path) => names.has(path.reduce(pointerTo, '')));
  const position = valuesIn(index, data).findIndex((value, at) => value == null || isNew[at]);
  if (position < 0) return;
  const pointer = (memberPaths(index)[position] ?? []).reduce(pointerTo, '');
  throw invalid('VALIDATION_FAILED', pointer, 'must have a value, because the import finds records by it (upsertBy)');
}

/** Removes the prefix `/data` from the pointers of schema errors. Used for a line that contains only the document. */
function withDocumentPointers(validate: () => void): void {
  rewriteErrors(validate, withoutData);
}

/** Removes the prefix `/data` from the pointers of an error. */
export function withoutData(error: HavenError): HavenError {
  return withPointers(
    error,
    (pointer) => pointer.replace(/^\/data/, ''),
    error.detail.replace(/^\/data(?:: |(?=\/))/, ''),
  );
}

/** Adds the number of the line to an error. */
export function withLineNumber({ code, detail, extras }: HavenError, number: number): HavenError {
  return new HavenError(code, `Line ${number}: ${detail}`, extras);
}
