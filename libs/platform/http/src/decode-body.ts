import { finished } from 'node:stream';
import type { Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';
import type { BrotliDecompress, Gunzip, ZstdDecompress } from 'node:zlib';

import type { FastifyRequest } from 'fastify';

import { ClientGone, HavenError } from '@haven/kernel';

import { codingOfBody } from './content-coding.js';
import type { ContentCoding } from './content-coding.js';

/**
 * Size of the window that a decoder may need, as a power of two: the earlier bytes to which later ones can refer.
 * RFC 9659 limits the window of Zstandard over HTTP.
 */
const WINDOW_LOG: Record<ContentCoding, number> = { gzip: 15, br: 24, zstd: 23 };

type Decoder = Gunzip | BrotliDecompress | ZstdDecompress;

/** The body of a request. If it has a content coding, it is decoded while it is read. */
export class DecodedBody {
  private readonly decoder: Decoder | undefined;
  private readonly coding: ContentCoding | undefined;
  /** Bytes by which the window can still grow. It grows as content is decoded. */
  private windowLeft = 0;
  private arrived = 0;

  /** The coding of the request must have been checked before. */
  constructor(
    { headers }: FastifyRequest,
    private readonly raw: Readable,
  ) {
    const coding = codingOfBody(headers);
    if (coding === undefined || coding === 'unsupported') return;
    this.coding = coding;
    this.windowLeft = 2 ** WINDOW_LOG[coding];
    this.decoder = this.startDecoder(coding);
  }

  get isCoded(): boolean {
    return this.decoder !== undefined;
  }

  /** The content. */
  get stream(): Readable {
    return this.decoder ?? this.raw;
  }

  /** Number of bytes that have arrived of a coded body. */
  get arrivedBytes(): number {
    return this.arrived;
  }

  /** Returns the memory by which the decoder's window grows when it has decoded `length` more bytes. */
  windowGrowth(length: number): number {
    const growth = Math.min(length, this.windowLeft);
    this.windowLeft -= growth;
    return growth;
  }

  /** Converts an error of the stream: the coding is malformed, or the connection broke. */
  toHavenError(error: unknown): HavenError {
    if (error instanceof HavenError) return error;
    return this.coding === undefined ? new ClientGone(error) : malformed(this.coding, error);
  }

  /** Throws if the decoder has ended before the body, because the remaining bytes would be lost. */
  checkEnd(): void {
    if (this.coding !== undefined && this.decoder?.bytesWritten !== this.arrived) throw malformed(this.coding);
  }

  /** Stops decoding. The rest of the body stays in the request, which can be drained. */
  release(): void {
    if (!this.decoder) return;
    this.detach(this.decoder);
    this.decoder.destroy();
  }

  private startDecoder(coding: ContentCoding): Decoder {
    const decoder = createDecoder(coding);
    const detach = (): void => this.detach(decoder);
    decoder.on('error', detach).once('end', detach); // an error can follow after the last read
    finished(this.raw, { writable: false }, (error) => error && decoder.destroy(new ClientGone(error)));
    this.raw.on('data', this.count).pipe(decoder);
    return decoder;
  }

  private readonly count = ({ length }: Buffer): void => {
    this.arrived += length;
  };

  private detach(decoder: Decoder): void {
    this.raw.off('data', this.count).unpipe(decoder);
  }
}

function createDecoder(coding: ContentCoding): Decoder {
  if (coding === 'gzip') return createGunzip();
  if (coding === 'br') return createBrotliDecompress();
  return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG.zstd } });
}

function malformed(coding: ContentCoding, cause?: unknown): HavenError {
  return new HavenError(
    'MALFORMED_REQUEST',
    `The body is not valid ${coding}, or more bytes follow its end; Content-Encoding says that it is ${coding}.`,
    { cause },
  );
}
