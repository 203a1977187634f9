import { HavenError } from '@haven/kernel';

/**
 * Decodes a CSV. Removes a byte order mark. Throws `MALFORMED_CSV` for bytes that are not UTF-8 and for U+0000, which
 * PostgreSQL cannot store.
 */
export async function* csvText(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw malformed(`The CSV is not UTF-8, from about line ${line} on. Convert it, such as with iconv.`, cause);
    }
  };
  for await (const chunk of source) {
    const text = decode(chunk);
    const zero = text.indexOf('\0');
    if (zero >= 0) throw malformed(`Line ${line + breaksIn(text.slice(0, zero))} contains the character U+0000.`);
    line += breaksIn(text);
    if (text !== '') yield text;
  }
  decode();
}

function breaksIn(text: string): number {
  let breaks = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) breaks++;
  return breaks;
}

function malformed(detail: string, cause?: unknown): HavenError {
  return new HavenError('MALFORMED_CSV', detail, {
    errors: [{ code: 'MALFORMED_CSV', detail, pointer: '' }],
    cause,
  });
}
