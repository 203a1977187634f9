import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import WebSocket from 'ws';

/** A server-sent event, as a browser would hear it. */
export interface StreamEvent {
  event: string;
  id: string;
  data: any;
}

/** A stream of server-sent events that is open. */
export interface EventStream {
  response: Response;
  /** What has been read so far. */
  text: string;
  events: StreamEvent[];
  /** The cursor that a client would resume from. */
  lastEventId: string;
  /** Resolves when the stream has ended, from whichever side. */
  ended: Promise<void>;
  close(): void;
}

/** Opens a stream and goes on reading it. */
export async function openStream(
  address: string,
  headers: Record<string, string>,
  hear: (event: StreamEvent) => void = () => undefined,
): Promise<EventStream> {
  const abort = new AbortController();
  const response = await fetch(address, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  const stream: EventStream = {
    response,
    text: '',
    events: [],
    lastEventId: '',
    ended: Promise.resolve(),
    close: () => abort.abort(),
  };
  stream.ended = read(stream, hear).catch(() => undefined);
  return stream;
}

async function read(stream: EventStream, hear: (event: StreamEvent) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream.response.body ?? []) {
    const text = decoder.decode(chunk, { stream: true });
    stream.text = (stream.text + text).slice(-10_000);
    rest += text;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      dispatch(stream, rest.slice(0, end), hear);
      rest = rest.slice(end + 2);
    }
  }
}

/** As WHATWG HTML §9.2.6 has it, for what Haven sends. */
function dispatch(stream: EventStream, block: string, hear: (event: StreamEvent) => void): void {
  const fields = new Map(block.split('\n').map((line) => /^(\w*):? ?(.*)$/.exec(line)?.slice(1) as [string, string]));
  const id = fields.get('id');
  if (id !== undefined) stream.lastEventId = id;
  const data = fields.get('data');
  if (data === undefined) return;
  const event = { event: fields.get('event') ?? 'message', id: stream.lastEventId, data: JSON.parse(data) };
  stream.events.push(event);
  hear(event);
}

/** A subscription that is open. */
export interface Subscription {
  client: Client;
  changes: any[];
  /** The errors it ended with. */
  errors: any;
  closed: Promise<{ code: number; reason: string }>;
  ended: Promise<void>;
  stop(): void;
  /** As if the network were gone. */
  kill(): void;
}

export const CHANGE =
  'cursor type effect collection recordId version at actor traceId record { id collection version data createdAt updatedAt }';

/** Subscribes over a connection of its own, and goes on listening. */
export function subscribe(
  url: string,
  query: string,
  { headers = {}, parameters = {}, variables = {}, hear = (_change: any): void => undefined } = {} as {
    headers?: Record<string, string>;
    parameters?: Record<string, unknown>;
    variables?: Record<string, unknown>;
    hear?: (change: any) => void;
  },
): Subscription {
  const sockets: WebSocket[] = [];
  class Socket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { headers });
      sockets.push(this);
      this.on('error', () => undefined);
    }
  }
  let tell: (closed: { code: number; reason: string }) => void;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => (tell = resolve));
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: Socket,
    connectionParams: parameters,
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    on: { closed: (event) => tell(event as { code: number; reason: string }) },
  });
  const subscription = { client, changes: [] as any[], errors: undefined as any } as Subscription;
  subscription.closed = closed;
  subscription.ended = new Promise((resolve) => {
    subscription.stop = client.subscribe(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (errors) subscription.errors = errors;
          const change = (data as any)?.changes;
          if (!change) return;
          subscription.changes.push(change);
          hear(change);
        },
        error: (error) => {
          subscription.errors = error;
          resolve();
        },
        complete: resolve,
      },
    );
  });
  subscription.kill = () => sockets.forEach((socket) => socket.terminate());
  return subscription;
}
