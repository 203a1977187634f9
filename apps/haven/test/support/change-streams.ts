import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import WebSocket from 'ws';

/** A server-sent event as a browser would dispatch it. */
export interface StreamEvent {
  event: string;
  id: string;
  data: any;
}

/** An open stream of server-sent events. */
export interface EventStream {
  response: Response;
  /** The last 10,000 characters that were received. */
  text: string;
  events: StreamEvent[];
  /** The cursor that a client would resume from. */
  lastEventId: string;
  /** Resolves when the stream has ended, whichever side ended it. */
  ended: Promise<void>;
  close(): void;
}

/** Opens a stream and reads it until it ends. */
export async function openStream(
  address: string,
  headers: Record<string, string>,
  onEvent: (event: StreamEvent) => void = () => undefined,
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
  stream.ended = read(stream, onEvent).catch(() => undefined);
  return stream;
}

async function read(stream: EventStream, onEvent: (event: StreamEvent) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream.response.body ?? []) {
    const text = decoder.decode(chunk, { stream: true });
    stream.text = (stream.text + text).slice(-10_000);
    rest += text;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      dispatch(stream, rest.slice(0, end), onEvent);
      rest = rest.slice(end + 2);
    }
  }
}

/** Interprets an event stream as WHATWG HTML §9.2.6 specifies, limited to the fields that Haven sends. */
function dispatch(stream: EventStream, block: string, onEvent: (event: StreamEvent) => void): void {
  const fields = new Map(block.split('\n').map((line) => /^(\w*):? ?(.*)$/.exec(line)?.slice(1) as [string, string]));
  const id = fields.get('id');
  if (id !== undefined) stream.lastEventId = id;
  const data = fields.get('data');
  if (data === undefined) return;
  const event = { event: fields.get('event') ?? 'message', id: stream.lastEventId, data: JSON.parse(data) };
  stream.events.push(event);
  onEvent(event);
}

/** An open GraphQL subscription. */
export interface Subscription {
  client: Client;
  changes: any[];
  /** The errors it ended with. */
  errors: any;
  closed: Promise<{ code: number; reason: string }>;
  ended: Promise<void>;
  stop(): void;
  /** Terminates the connection without a closing handshake. */
  kill(): void;
}

export const CHANGE =
  'cursor type effect collection recordId version at actor traceId cause record { id collection version data createdAt updatedAt }';

/** Subscribes over a separate connection and collects the changes until the subscription ends. */
export function subscribe(
  url: string,
  query: string,
  { headers = {}, parameters = {}, variables = {}, onChange = (_change: any): void => undefined } = {} as {
    headers?: Record<string, string>;
    parameters?: Record<string, unknown>;
    variables?: Record<string, unknown>;
    onChange?: (change: any) => void;
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
  let resolveClosed: (closed: { code: number; reason: string }) => void;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => (resolveClosed = resolve));
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: Socket,
    connectionParams: parameters,
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    on: { closed: (event) => resolveClosed(event as { code: number; reason: string }) },
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
          onChange(change);
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
