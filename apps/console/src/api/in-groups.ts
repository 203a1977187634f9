/**
 * Passes on the items of a stream in groups, at most one per `ms` milliseconds: many items are then shown at once. If
 * the stream fails, the items before are passed on first, unless the signal has ended it.
 */
export async function inGroups<Item>(
  stream: AsyncIterable<Item>,
  { ms, signal }: { ms: number; signal: AbortSignal },
  onItems: (items: Item[]) => void,
): Promise<void> {
  let waiting: Item[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pass = (): void => {
    const items = waiting;
    timer = undefined;
    waiting = [];
    onItems(items);
  };
  try {
    for await (const item of stream) {
      waiting.push(item);
      timer ??= setTimeout(pass, ms);
    }
  } finally {
    clearTimeout(timer);
    if (waiting.length > 0 && !signal.aborted) pass();
  }
}
