import { createHash } from 'node:crypto';

/** A request body whose bytes are hashed while they are read. */
export class HashedBody implements AsyncIterable<Uint8Array> {
  private readonly hash = createHash('sha256');
  private readonly chunks: AsyncGenerator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = this.read(source);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    return this.chunks;
  }

  /** Returns the SHA-256 of all bytes in hexadecimal; reads the rest of the body first. */
  async digest(): Promise<string> {
    for await (const _ of this.chunks);
    return this.hash.copy().digest('hex');
  }

  private async *read(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.hash.update(chunk);
      yield chunk;
    }
  }
}
