import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import { readDocuments, sha256Hex } from './document-manifest.js';

/** The document that a request wants to run: its text, or a reference to a document that was deployed with Haven. */
export interface DocumentReference {
  readonly query?: unknown;
  /** Reference as in GraphQL over HTTP: an id, or `sha256:` and the hash. */
  readonly documentId?: unknown;
  /** Reference as sent by Apollo's clients, in `persistedQuery.sha256Hash`. */
  readonly extensions?: unknown;
}

/** The documents that were deployed with Haven. Requests cannot add documents. */
@Injectable()
export class TrustedDocuments {
  private readonly mode: HavenConfig['graphql']['trustedDocuments'];
  private readonly documents: ReadonlyMap<string, string>;

  constructor({ graphql: { trustedDocuments, trustedDocumentsPath } }: HavenConfig) {
    this.mode = trustedDocuments;
    this.documents =
      trustedDocuments === 'off' || trustedDocumentsPath === undefined
        ? new Map<string, string>()
        : readDocuments(trustedDocumentsPath);
  }

  /** Returns the text to run; undefined if a request has neither a text nor a reference. */
  find({ query, documentId, extensions }: DocumentReference): string | undefined {
    const hash = persistedHash(extensions);
    const id = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : hash;
    if (typeof query !== 'string' || query === '') return id === undefined ? undefined : this.known(id);
    if (hash === undefined && this.mode !== 'only') return query;
    const actual = sha256Hex(query);
    if (hash !== undefined && hash !== actual)
      throw new HavenError('MALFORMED_GRAPHQL', 'extensions.persistedQuery.sha256Hash is not the hash of the query.');
    if (this.mode === 'only' && !this.documents.has(actual))
      throw new HavenError(
        'DOCUMENT_NOT_TRUSTED',
        'This server runs only documents that were deployed with it (graphql.trustedDocuments); ' +
          'this document is not one of them.',
      );
    return query;
  }

  /**
   * Returns a document by its id. Apollo's protocol prescribes the messages of the errors: clients compare them, and
   * then send the text.
   */
  private known(id: string): string {
    if (this.mode === 'off') throw new HavenError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    const text = this.documents.get(id);
    if (text === undefined) throw new HavenError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    return text;
  }
}

function persistedHash(extensions: unknown): string | undefined {
  const persisted = memberOf(extensions, 'persistedQuery');
  const hash = memberOf(persisted, 'sha256Hash');
  return typeof hash === 'string' ? hash : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
