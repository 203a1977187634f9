const MAX_BYTES = 4_096;

/**
 * Reads only the beginning of a response body, as text. If reading fails or is aborted, returns what was received until
 * then: the result of the attempt depends only on the status, which has already arrived.
 */
export async function readExcerpt(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      if (size >= MAX_BYTES) break;
    }
  } catch {
    // Return the part that was received, as described above.
  }
  // With `stream`, the decoder omits a character that is cut off at the end. NUL is replaced, since PostgreSQL's `text`
  // cannot store it.
  const text = new TextDecoder().decode(Buffer.concat(parts).subarray(0, MAX_BYTES), { stream: true });
  return text.replaceAll('\0', '\u{fffd}');
}
