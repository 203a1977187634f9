import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import { readDocuments, sha256Hex } from './document-manifest.js';

/** What a request says about the document that it wants to run: the text, or which of those that are known here. */
export interface DocumentReference {
  readonly query?: unknown;
  /** As GraphQL over HTTP names it: an id, or `sha256:` and the hash. */
  readonly documentId?: unknown;
  /** As Apollo's clients name it: in `persistedQuery.sha256Hash`. */
  readonly extensions?: unknown;
}

/** The documents that were deployed with Haven. None is ever added by a request. */
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

  /** The text to run; undefined where a request neither has nor names one. */
  find({ query, documentId, extensions }: DocumentReference): string | undefined {
    const hash = persistedHash(extensions);
    const id = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : hash;
    if (typeof query !== 'string' || query === '') return id === undefined ? undefined : this.known(id);
    if (hash === undefined && this.mode !== 'only') return query;
    const own = sha256Hex(query);
    if (hash !== undefined && hash !== own)
      throw new HavenError('MALFORMED_GRAPHQL', 'extensions.persistedQuery.sha256Hash is not the hash of the query.');
    if (this.mode === 'only' && !this.documents.has(own))
      throw new HavenError(
        'DOCUMENT_NOT_TRUSTED',
        'This server runs only documents that were deployed with it (graphql.trustedDocuments), and this is none of them.',
      );
    return query;
  }

  /** Clients look for these very messages, and then send the text; they are what Apollo's protocol says. */
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
