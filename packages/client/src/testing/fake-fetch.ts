/** A request that was sent to a fake server. */
export interface SentRequest {
  method: string;
  url: string;
  headers: Headers;
  body: string | undefined;
  signal: AbortSignal;
}

/** The reaction of a fake server to a request: it responds, or fails as the network does. */
type Reaction = Response | Error | ((request: SentRequest) => Response | Error | Promise<Response>);

/** A `fetch` that reacts to each request with the next of the given reactions. */
export function fakeFetch(...reactions: Reaction[]) {
  const requests: SentRequest[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { method = 'GET', headers, body, signal } = init;
    const request = {
      method,
      url,
      headers: new Headers(headers),
      body: body as string | undefined,
      signal: signal ?? new AbortController().signal,
    };
    requests.push(request);
    const next = reactions.shift() ?? new Error('The fake server expects no further request.');
    const result = typeof next === 'function' ? await next(request) : next;
    if (result instanceof Error) throw result;
    return result;
  };
  return { fetch, requests };
}

/** A response with JSON. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

/** An error response of Haven. */
export function problem(
  status: number,
  code: string,
  others: object = {},
  headers: Record<string, string> = {},
): Response {
  const body = { type: 'about:blank', title: code, detail: code, instance: '/', traceId: 't', status, code, ...others };
  return json(body, status, headers);
}

/** Never responds; fails when the request is cancelled. */
export function silence({ signal }: SentRequest): Promise<Response> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** A stream of server-sent events that a test writes and ends. */
export function eventStream() {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => void (isCancelled = true),
  });
  return {
    react: ({ signal }: SentRequest): Response => {
      signal.addEventListener('abort', () => !isCancelled && controller.error(signal.reason));
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
    write: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    ready: (cursor: string) => controller.enqueue(new TextEncoder().encode(eventOf('ready', { cursor }))),
    change: (cursor: string) => controller.enqueue(new TextEncoder().encode(eventOf('record.updated', { cursor }))),
    end: () => controller.close(),
    cut: () => controller.error(new TypeError('network error')),
    isCancelled: () => isCancelled,
  };
}

function eventOf(type: string, data: { cursor: string }): string {
  return `event: ${type}\nid: ${data.cursor}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}
