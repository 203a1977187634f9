import { SingleBar } from 'cli-progress';

/** Shows how much of a stream has been read, on stderr, if that is a terminal and the size is known. Passes every byte on. */
export async function* withProgress(
  bytes: AsyncIterable<Uint8Array>,
  size: number | undefined,
): AsyncGenerator<Uint8Array> {
  if (size === undefined || !process.stderr.isTTY) {
    yield* bytes;
    return;
  }
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage}% | {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(size, 0);
  try {
    for await (const chunk of bytes) {
      yield chunk;
      bar.increment(chunk.length);
    }
  } finally {
    bar.stop();
  }
}
