import { connect } from 'node:net';

interface PipelinedRequest {
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The status and the parsed body of a response. */
export interface PipelinedResponse {
  status: number;
  body: any;
}

/**
 * Sends requests in one write on one connection, so that the server gets all of them in the same turn of its event
 * loop. Returns the responses, which arrive in the order of the requests.
 */
export async function pipelined(url: string, requests: readonly PipelinedRequest[]): Promise<PipelinedResponse[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const [last] = requests.slice(-1);
  socket.write(requests.map((request) => printed(request, request === last)).join(''));
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return responsesIn(text);
}

function printed({ method, path, body, headers = {} }: PipelinedRequest, isLast: boolean): string {
  const content = body === undefined ? '' : JSON.stringify(body);
  const lines = {
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(content)),
    ...(isLast && { connection: 'close' }),
    ...headers,
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} /api/v1${path} HTTP/1.1\r\n${head.join('')}\r\n${content}`;
}

/** Parses responses with `Content-Length`. Their texts must be ASCII. */
function responsesIn(text: string): PipelinedResponse[] {
  const responses: PipelinedResponse[] = [];
  for (let at = 0; at < text.length;) {
    const start = text.indexOf('\r\n\r\n', at) + 4;
    const head = text.slice(at, start);
    at = start + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    const content = text.slice(start, at);
    responses.push({ status: Number(head.split(' ', 2)[1]), body: content === '' ? undefined : JSON.parse(content) });
  }
  return responses;
}
