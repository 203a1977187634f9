import { hash } from 'node:crypto';

/**
 * Returns the SHA-256 hash of a text in UTF-8 or of bytes. It asks Node for hexadecimal text, because a buffer that
 * Node returns is memory outside the heap, and to allocate and collect that takes several times as long as the hash.
 */
export function sha256(content: string | Buffer): Buffer {
  return Buffer.from(hash('sha256', content, 'hex'), 'hex');
}
