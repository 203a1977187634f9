import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

import { LookupCounts } from '@haven/observability';

/**
 * Memory of a token with its nodes, and of a character. A document of names alone was measured at 509 bytes per token.
 */
const TOKEN_BYTES = 500;
const CHARACTER_BYTES = 2;

/**
 * Caches parsed and validated documents, up to a maximum memory. Apollo's own store holds the source of each document
 * but does not count it, so that comments alone could fill any amount of memory.
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
