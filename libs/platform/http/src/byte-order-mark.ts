/** The byte order mark in UTF-8, which some editors and spreadsheets write at the start of a text. */
const MARK = Buffer.of(0xef, 0xbb, 0xbf);

/** Returns a text without the byte order mark at its start. RFC 8259 §8.1 allows readers to ignore it. */
export function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes[0] === MARK[0] && MARK.equals(bytes.subarray(0, MARK.length)) ? bytes.subarray(MARK.length) : bytes;
}

/** Passes on the chunks of a text without the byte order mark at its start, which may be split between chunks. */
export async function* withoutByteOrderMarkInStream(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (start.length < MARK.length && MARK.subarray(0, start.length).equals(start)) continue; // it may become a mark
    const text = withoutByteOrderMark(start);
    start = undefined;
    if (text.length > 0) yield text;
  }
  if (start !== undefined && start.length > 0) yield start; // the beginning of a mark
}
