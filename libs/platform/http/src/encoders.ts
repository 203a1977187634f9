import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import type { ContentCoding } from './content-coding.js';

/** Encodes content with one coding, each way for another kind of response. */
interface Encoder {
  /** For content that is created for each response: fast rather than small. */
  atOnce(content: string | Buffer): Buffer;
  /** The same in another thread. */
  later(content: string | Buffer): Promise<Buffer>;
  /** The same for content that is sent while it is created. */
  stream(): Transform;
  /** For content that is compressed once and sent many times: small rather than fast. */
  once(content: string | Buffer): Promise<Buffer>;
}

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, ZSTD_c_compressionLevel } = zlib.constants;

const gzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gzip);
const brotli = promisify<zlib.InputType, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);
const zstd = promisify<zlib.InputType, zlib.ZstdOptions, Buffer>(zlib.zstdCompress);

const GZIP = { level: 1 };
const BROTLI = { params: { [BROTLI_PARAM_QUALITY]: 1 } };
const ZSTD = { params: { [ZSTD_c_compressionLevel]: 1 } };

/** The levels were chosen by measurement: docs/adr/0039-content-codings.md. */
export const ENCODERS: Record<ContentCoding, Encoder> = {
  gzip: {
    atOnce: (content) => zlib.gzipSync(content, GZIP),
    later: (content) => gzip(content, GZIP),
    stream: () => zlib.createGzip(GZIP),
    once: (content) => gzip(content, { level: 9 }),
  },
  br: {
    atOnce: (content) => zlib.brotliCompressSync(content, BROTLI),
    later: (content) => brotli(content, BROTLI),
    stream: () => zlib.createBrotliCompress(BROTLI),
    once: (content) =>
      brotli(content, { params: { [BROTLI_PARAM_QUALITY]: 6, [BROTLI_PARAM_SIZE_HINT]: content.length } }),
  },
  zstd: {
    atOnce: (content) => zlib.zstdCompressSync(content, ZSTD),
    later: (content) => zstd(content, ZSTD),
    stream: () => zlib.createZstdCompress(ZSTD),
    once: (content) => zstd(content, { params: { [ZSTD_c_compressionLevel]: 12 } }),
  },
};
