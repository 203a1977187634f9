import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A response as it was received. */
interface RawResponse {
  status: number;
  headers: Map<string, string>;
  body: any;
}

/** A client that controls which bytes are sent and when data is read, which HTTP libraries do not allow. */
export class RawClient {
  readonly socket: Socket;
  /** Everything that was received until the connection was closed, and the error code if there was an error. */
  readonly closed: Promise<{ text: string; error: string | undefined }>;
  private text = '';

  constructor(url: string, localAddress?: string) {
    const { hostname: host, port } = new URL(url);
    this.socket = connect({ host, port: Number(port), ...(localAddress !== undefined && { localAddress }) });
    let error: string | undefined;
    this.socket.on('data', (chunk) => (this.text += chunk.toString('latin1')));
    this.socket.on('error', (problem: NodeJS.ErrnoException) => (error = problem.code));
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => resolve({ text: this.text, error }));
    });
  }

  /** Sends lines as the header, then the body unchanged. */
  send(lines: string[], body: string | Uint8Array = ''): void {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    this.socket.write(body);
  }

  /** Resolves with the first response when it is complete. */
  async response(): Promise<RawResponse> {
    for (;;) {
      const found = parse(this.text);
      if (found) return found;
      if (this.socket.closed) throw new Error(`The connection ended after ${JSON.stringify(this.text)}.`);
      await Promise.race([new Promise((resolve) => this.socket.once('data', resolve)), this.closed]);
    }
  }

  /** Resolves when the socket has sent everything, or data arrives. Never rejects: a reset is reported by `closed`. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.socket.off('drain', end).off('data', end);
        resolve();
      };
      this.socket.on('drain', end).on('data', end);
    });
  }

  end(): void {
    this.socket.destroy();
  }
}

function parse(text: string): RawResponse | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...fields] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    fields.map((field): [string, string] => {
      const [name = '', ...value] = field.split(': ');
      return [name.toLowerCase(), value.join(': ')];
    }),
  );
  const length = Number(headers.get('content-length') ?? 0);
  const body = text.slice(end + 4, end + 4 + length);
  if (body.length < length) return undefined;
  return { status: Number(first.split(' ')[1]), headers, body: body.startsWith('{') ? JSON.parse(body) : body };
}
