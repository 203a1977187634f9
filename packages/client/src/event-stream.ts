import { createParser } from 'eventsource-parser';

/** A server-sent event, or an id that is sent without one because there was nothing for this client. */
export interface StreamItem {
  type: string;
  data: string;
  id: string | undefined;
}

/**
 * Reads server-sent events. `onBytes` is called whenever something arrives, `onRetry` with the delay that the server
 * wants before a reconnection. An id without an event has the type `position`.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
  onRetry: (ms: number) => void,
): AsyncGenerator<StreamItem, void, undefined> {
  let items: StreamItem[] = [];
  const parser = createParser({
    onRetry,
    onId: (id) => items.push({ type: 'position', data: '', id }),
    onEvent: ({ event = 'message', data, id }) => {
      if (id !== undefined) items.pop(); // the parser has just reported the id of this event
      items.push({ type: event, data, id });
    },
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      parser.feed(decoder.decode(value, { stream: true }));
      const complete = items;
      items = [];
      yield* complete;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // a stream that broke cannot be cancelled
  }
}
