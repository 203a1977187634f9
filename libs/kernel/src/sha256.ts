import { hash } from 'node:crypto';

/**
 * Returns the SHA-256 hash of a text in UTF-8 or of bytes. Node hashes into a text and not into a buffer, because each
 * such buffer is memory outside the heap, whose allocation and collection take several times as long as the hash.
 */
export function sha256(content: string | Buffer): Buffer {
  return Buffer.from(hash('sha256', content, 'hex'), 'hex');
}
