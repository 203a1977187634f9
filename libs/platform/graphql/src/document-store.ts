import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

import { LookupCounts } from '@haven/observability';

/** What a token with its nodes takes of memory, and a character; a document of names alone was measured at 509 bytes a token. */
const TOKEN_BYTES = 500;
const CHARACTER_BYTES = 2;

/**
 * The documents that were parsed and validated before, up to some memory. Apollo's own store estimates a document without its
 * source, which it holds: comments alone could fill any memory.
 */
export class DocumentStore {
  private readonly documents: LRUCache<string, DocumentNode>;
  readonly lookups = new LookupCounts();

  constructor(bytes: number) {
    this.documents = new LRUCache({ maxSize: bytes, sizeCalculation: sizeOf });
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.lookups.count(this.documents.get(key));
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.documents.set(key, document);
  }

  async delete(key: string): Promise<boolean> {
    return this.documents.delete(key);
  }
}

function sizeOf({ tokenCount = 0, loc }: DocumentNode): number {
  return 1 + tokenCount * TOKEN_BYTES + (loc?.source.body.length ?? 0) * CHARACTER_BYTES;
}
