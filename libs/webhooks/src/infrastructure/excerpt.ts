const MOST_BYTES = 4_096;

/**
 * The beginning of a body as text; what follows is not read. A body that fails or is given up leaves what has come of it: the status
 * was told before, and it alone counts.
 */
export async function excerptOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      if (size >= MOST_BYTES) break;
    }
  } catch {
    // see above
  }
  // As a stream, so that a character which is cut in two is left out. PostgreSQL's text can hold no NUL.
  const text = new TextDecoder().decode(Buffer.concat(parts).subarray(0, MOST_BYTES), { stream: true });
  return text.replaceAll('\0', '\u{fffd}');
}
